namespace ChainRule.Optim;

/// <summary>Multiplies the rate by gamma every so many steps: rate = base * gamma^floor(t / stepSize).</summary>
public sealed class StepLr : Schedule
{
    private readonly int _stepSize;
    private readonly double _gamma;

    /// <summary>A schedule for an optimiser.</summary>
    /// <param name="optimizer">Whose rates are set.</param>
    /// <param name="stepSize">Steps between two changes, 1 or more.</param>
    /// <param name="gamma">Factor, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public StepLr(Optimizer optimizer, int stepSize, double gamma = 0.1)
        : base(optimizer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stepSize, 1);
        CheckNumber(nameof(StepLr), gamma);
        (_stepSize, _gamma) = (stepSize, gamma);
        Start();
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, long step) =>
        baseRate * Math.Pow(_gamma, step / _stepSize);
}
