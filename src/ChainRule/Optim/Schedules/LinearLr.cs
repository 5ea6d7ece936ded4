namespace ChainRule.Optim;

/// <summary>
/// Moves the rate in a straight line: rate = base * (startFactor + (endFactor - startFactor) * min(t, steps) / steps).
/// </summary>
public sealed class LinearLr : Schedule
{
    private readonly long _steps;
    private readonly double _start;
    private readonly double _end;

    /// <summary>A schedule for an optimiser.</summary>
    /// <param name="optimizer">Whose rates are set.</param>
    /// <param name="startFactor">Multiple of the base rate at the start, 0 or more.</param>
    /// <param name="endFactor">Multiple of the base rate at the end, 0 or more.</param>
    /// <param name="steps">Steps from start to end, 1 or more: PyTorch's <c>total_iters</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LinearLr(Optimizer optimizer, double startFactor = 1.0 / 3, double endFactor = 1, long steps = 5)
        : base(optimizer)
    {
        CheckNumber(nameof(LinearLr), startFactor);
        CheckNumber(nameof(LinearLr), endFactor);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        (_start, _end, _steps) = (startFactor, endFactor, steps);
        Start();
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, long step) => Rate(baseRate, step, _start, _end, _steps);

    internal static double Rate(double baseRate, long step, double start, double end, long steps) =>
        baseRate * (start + ((end - start) * Math.Min(step, steps) / steps));
}
