namespace ChainRule.Optim;

/// <summary>
/// Lowers the rate along half a cosine: rate = min + (base - min) * (1 + cos(pi * t / steps)) / 2. Beyond the last step
/// it rises again.
/// </summary>
/// <remarks>
/// Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017), without restarts.
/// </remarks>
public sealed class CosineAnnealingLr : Schedule
{
    private readonly long _steps;
    private readonly double _minimum;

    /// <summary>A schedule for an optimiser.</summary>
    /// <param name="optimizer">Whose rates are set.</param>
    /// <param name="steps">Steps from the base rate to the minimum, 1 or more: PyTorch's <c>T_max</c>.</param>
    /// <param name="minimum">Rate at the end, 0 or more: PyTorch's <c>eta_min</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public CosineAnnealingLr(Optimizer optimizer, long steps, double minimum = 0)
        : base(optimizer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        CheckNumber(nameof(CosineAnnealingLr), minimum);
        (_steps, _minimum) = (steps, minimum);
        Start();
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, long step) =>
        _minimum + ((baseRate - _minimum) * (1 + Math.Cos(Math.PI * step / _steps)) / 2);
}
