using System.Runtime.CompilerServices;
using ChainRule.Ops;

namespace ChainRule.Optim;

/// <summary>Sets the learning rates of an optimiser as a function of the number of steps (or epochs) taken.</summary>
/// <remarks>
/// Each rate is a closed form of its group's base rate and the step number, so a schedule has no state but
/// <see cref="StepCount"/>. Call <see cref="Step"/> once after every optimiser step, or once after every epoch: the
/// unit is the caller's. A subclass calls <see cref="Start"/> at the end of its constructor.
/// </remarks>
public abstract class Schedule
{
    /// <summary>A schedule for an optimiser.</summary>
    /// <param name="optimizer">Whose rates are set.</param>
    protected Schedule(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        Optimizer = optimizer;
    }

    /// <summary>Whose rates are set.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>How often <see cref="Step"/> was called.</summary>
    public long StepCount { get; private set; }

    /// <summary>The rates in force, one a group.</summary>
    public IReadOnlyList<double> LearningRates => [.. Optimizer.Groups.Select(g => g.LearningRate)];

    /// <summary>Moves on by one and sets the rates.</summary>
    public void Step() => JumpTo(StepCount + 1);

    /// <summary>Goes to a step number and sets the rates, as when training is resumed.</summary>
    /// <param name="stepCount">How many steps have been taken, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public void JumpTo(long stepCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stepCount);
        StepCount = stepCount;
        double? momentum = MomentumAt(stepCount);
        foreach (ParameterGroup group in Optimizer.Groups)
        {
            group.LearningRate = RateAt(group.BaseLearningRate, stepCount);
            if (momentum is { } m) group.Momentum = m;
        }
    }

    /// <summary>The rate while a step runs.</summary>
    /// <param name="baseRate">Rate that the group was made with.</param>
    /// <param name="step">Steps taken before, 0 or more.</param>
    /// <returns>0 or more.</returns>
    protected internal abstract double RateAt(double baseRate, long step);

    /// <summary>The momentum while a step runs, for schedules that move it as well.</summary>
    /// <param name="step">Steps taken before, 0 or more.</param>
    /// <returns>In [0, 1), or null to leave the momentum alone.</returns>
    protected internal virtual double? MomentumAt(long step) => null;

    // NaN and infinity pass the framework's checks, and would come out of a rate much later.
    internal static void CheckNumber(
        string schedule, double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        OptionCheck.NotNegative(schedule, name, value);

    /// <summary>Puts the rates of step 0 in force.</summary>
    protected void Start() => JumpTo(0);
}
