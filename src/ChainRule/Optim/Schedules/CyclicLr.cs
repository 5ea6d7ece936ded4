namespace ChainRule.Optim;

/// <summary>How the height of a <see cref="CyclicLr"/>'s cycles changes.</summary>
public enum CycleShape
{
    /// <summary>It does not.</summary>
    Triangular,

    /// <summary>Halves from cycle to cycle: PyTorch's <c>triangular2</c>.</summary>
    Halving,

    /// <summary>Shrinks with gamma^t: PyTorch's <c>exp_range</c>.</summary>
    Exponential,
}

/// <summary>
/// Moves the rate up from the base rate and down again in straight lines: rate = base + (max - base) * s * f, with s
/// from 0 to 1 and back in each cycle and f the height of the cycle.
/// </summary>
/// <remarks>Source: Smith, "Cyclical learning rates for training neural networks" (2017).</remarks>
public sealed class CyclicLr : Schedule
{
    private readonly double _maximum;
    private readonly long _up;
    private readonly long _length;
    private readonly CycleShape _shape;
    private readonly double _gamma;
    private readonly MomentumCycle? _momentum;

    /// <summary>A schedule for an optimiser, whose own rates are the lowest of each cycle.</summary>
    /// <param name="optimizer">Whose rates are set.</param>
    /// <param name="maximum">Highest rate of the first cycle, 0 or more: PyTorch's <c>max_lr</c>.</param>
    /// <param name="stepsUp">Steps from the base rate to the highest, 1 or more.</param>
    /// <param name="stepsDown">Steps back, 1 or more; as many as up if left out.</param>
    /// <param name="shape">How the height changes.</param>
    /// <param name="gamma">Base of <see cref="CycleShape.Exponential"/>, 0 or more.</param>
    /// <param name="momentum">Range of the momentum, which goes down where the rate goes up; null leaves it
    /// alone.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or there is no momentum to cycle.</exception>
    public CyclicLr(
        Optimizer optimizer, double maximum, long stepsUp = 2000, long? stepsDown = null,
        CycleShape shape = CycleShape.Triangular, double gamma = 1, MomentumCycle? momentum = null)
        : base(optimizer)
    {
        CheckNumber(nameof(CyclicLr), maximum);
        ArgumentOutOfRangeException.ThrowIfLessThan(stepsUp, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stepsDown ?? 1, 1, nameof(stepsDown));
        CheckNumber(nameof(CyclicLr), gamma);
        if (shape is not (CycleShape.Triangular or CycleShape.Halving or CycleShape.Exponential))
            throw new ArgumentOutOfRangeException(nameof(shape), $"CyclicLr: {shape} is no shape of a cycle.");
        momentum?.Check(optimizer, nameof(CyclicLr));
        (_maximum, _up, _length) = (maximum, stepsUp, stepsUp + (stepsDown ?? stepsUp));
        (_shape, _gamma, _momentum) = (shape, gamma, momentum);
        Start();
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, long step) =>
        baseRate + ((_maximum - baseRate) * Height(step));

    /// <inheritdoc/>
    protected internal override double? MomentumAt(long step) =>
        _momentum is not { } m ? null : m.High - ((m.High - m.Low) * Height(step));

    private double Height(long step)
    {
        (long cycle, long within) = Math.DivRem(step, _length);
        double share = within <= _up ? (double)within / _up : (double)(_length - within) / (_length - _up);
        return share * _shape switch
        {
            CycleShape.Halving => Math.ScaleB(1, (int)-Math.Min(cycle, 2000)),
            CycleShape.Exponential => Math.Pow(_gamma, step),
            _ => 1,
        };
    }
}
