namespace ChainRule.Optim;

/// <summary>Lowers the rate to 0 along a power: rate = base * (1 - min(t, steps) / steps)^power.</summary>
public sealed class PolynomialLr : Schedule
{
    private readonly long _steps;
    private readonly double _power;

    /// <summary>A schedule for an optimiser.</summary>
    /// <param name="optimizer">Whose rates are set.</param>
    /// <param name="steps">Steps from the base rate to 0, 1 or more: PyTorch's <c>total_iters</c>.</param>
    /// <param name="power">Exponent, 0 or more; 1 for a straight line.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public PolynomialLr(Optimizer optimizer, long steps, double power = 1)
        : base(optimizer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        CheckNumber(nameof(PolynomialLr), power);
        (_steps, _power) = (steps, power);
        Start();
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, long step) =>
        baseRate * Math.Pow(1 - ((double)Math.Min(step, _steps) / _steps), _power);
}
