namespace ChainRule.Optim;

/// <summary>
/// Lowers the rate along half a cosine, again and again: rate = min + (base - min) * (1 + cos(pi * t / length)) / 2,
/// with t counted from the last restart and cycles of length steps, steps * factor, steps * factor^2, ...
/// </summary>
/// <remarks>
/// Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017), eq. 5.
/// </remarks>
public sealed class CosineAnnealingWarmRestarts : Schedule
{
    private readonly long _steps;
    private readonly int _factor;
    private readonly double _minimum;

    /// <summary>A schedule for an optimiser.</summary>
    /// <param name="optimizer">Whose rates are set.</param>
    /// <param name="steps">Length of the first cycle, 1 or more: PyTorch's <c>T_0</c>.</param>
    /// <param name="factor">How many times as long as the last each next cycle is, 1 or more: PyTorch's
    /// <c>T_mult</c>.</param>
    /// <param name="minimum">Rate that each cycle ends at, 0 or more: PyTorch's <c>eta_min</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public CosineAnnealingWarmRestarts(Optimizer optimizer, long steps, int factor = 1, double minimum = 0)
        : base(optimizer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        CheckNumber(nameof(CosineAnnealingWarmRestarts), minimum);
        (_steps, _factor, _minimum) = (steps, factor, minimum);
        Start();
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, long step)
    {
        long length = _steps, t = step;
        if (_factor == 1)
        {
            t %= length;
        }
        else
        {
            for (; t >= length; length *= _factor) t -= length;
        }
        return _minimum + ((baseRate - _minimum) * (1 + Math.Cos(Math.PI * t / length)) / 2);
    }
}
