using ChainRule.Ops;

namespace ChainRule.Optim;

/// <summary>Which of two measured values is the better one.</summary>
public enum PlateauGoal
{
    /// <summary>The smaller: a loss.</summary>
    Min,

    /// <summary>The larger: an accuracy.</summary>
    Max,
}

/// <summary>What <see cref="ReduceLrOnPlateau"/> remembers.</summary>
/// <param name="Best">Best value so far; null before the first.</param>
/// <param name="BadCount">Values since then that were not better.</param>
/// <param name="CooldownLeft">Values still to be ignored.</param>
public readonly record struct PlateauState(double? Best, int BadCount, int CooldownLeft);

/// <summary>
/// Lowers the rates when a measured value has stopped getting better: rate = max(rate * factor, minimum).
/// </summary>
/// <remarks>
/// It follows what is measured, not the step number, so it is no <see cref="Schedule"/>: call <see cref="Report"/>
/// after each evaluation. Its memory is <see cref="State"/>; the rates are part of the optimiser's.
/// <code>
/// var plateau = new ReduceLrOnPlateau(optimizer, patience: 3);
/// for (int epoch = 0; epoch &lt; 30; epoch++)
/// {
///     Train();
///     plateau.Report(ValidationLoss());
/// }
/// </code>
/// </remarks>
public sealed class ReduceLrOnPlateau
{
    private readonly PlateauGoal _goal;
    private readonly double _factor;
    private readonly int _patience;
    private readonly double _threshold;
    private readonly bool _absolute;
    private readonly int _cooldown;
    private readonly double _minimum;
    private readonly double _leastChange;

    /// <summary>A schedule for an optimiser.</summary>
    /// <param name="optimizer">Whose rates are set.</param>
    /// <param name="goal">Which value is better.</param>
    /// <param name="factor">Factor of a reduction, in (0, 1).</param>
    /// <param name="patience">Values in a row that need not be better, 0 or more.</param>
    /// <param name="threshold">How much better than the best a value must be, 0 or more.</param>
    /// <param name="absolute">The threshold is a difference and not a share of the best value.</param>
    /// <param name="cooldown">Values after a reduction that are not counted as bad, 0 or more.</param>
    /// <param name="minimum">Rate below which nothing is reduced, 0 or more.</param>
    /// <param name="leastChange">A smaller change of a rate is not made: PyTorch's <c>eps</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public ReduceLrOnPlateau(
        Optimizer optimizer, PlateauGoal goal = PlateauGoal.Min, double factor = 0.1, int patience = 10,
        double threshold = 1e-4, bool absolute = false, int cooldown = 0, double minimum = 0, double leastChange = 1e-8)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (goal is not (PlateauGoal.Min or PlateauGoal.Max))
            throw new ArgumentOutOfRangeException(nameof(goal), $"ReduceLrOnPlateau: {goal} is no goal.");
        OptionCheck.That(
            nameof(ReduceLrOnPlateau), nameof(factor), factor, factor is > 0 and < 1, "above 0 and below 1");
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        Schedule.CheckNumber(nameof(ReduceLrOnPlateau), threshold);
        ArgumentOutOfRangeException.ThrowIfNegative(cooldown);
        Schedule.CheckNumber(nameof(ReduceLrOnPlateau), minimum);
        Schedule.CheckNumber(nameof(ReduceLrOnPlateau), leastChange);
        Optimizer = optimizer;
        (_goal, _factor, _patience, _threshold, _absolute) = (goal, factor, patience, threshold, absolute);
        (_cooldown, _minimum, _leastChange) = (cooldown, minimum, leastChange);
    }

    /// <summary>Whose rates are set.</summary>
    public Optimizer Optimizer { get; }

    internal PlateauGoal Goal => _goal;

    /// <summary>What to save, and to set when training is resumed.</summary>
    public PlateauState State { get; set; }

    /// <summary>Takes note of a measured value, and lowers the rates where the patience is over.</summary>
    /// <param name="value">The value; NaN is never better.</param>
    /// <returns>True where the rates were to be lowered.</returns>
    public bool Report(double value)
    {
        (double? best, int bad, int cooldown) = State;
        if (IsBetter(value, best)) (best, bad) = (value, 0);
        else bad++;
        if (cooldown > 0) (cooldown, bad) = (cooldown - 1, 0);
        bool reduce = bad > _patience;
        if (reduce)
        {
            (cooldown, bad) = (_cooldown, 0);
            foreach (ParameterGroup group in Optimizer.Groups)
            {
                double rate = Math.Max(group.LearningRate * _factor, _minimum);
                if (group.LearningRate - rate > _leastChange) group.LearningRate = rate;
            }
        }
        State = new PlateauState(best, bad, cooldown);
        return reduce;
    }

    private bool IsBetter(double value, double? best)
    {
        if (best is not { } b) return !double.IsNaN(value);
        return (_goal, _absolute) switch
        {
            (PlateauGoal.Min, false) => value < b * (1 - _threshold),
            (PlateauGoal.Min, true) => value < b - _threshold,
            (_, false) => value > b * (1 + _threshold),
            (_, true) => value > b + _threshold,
        };
    }
}
