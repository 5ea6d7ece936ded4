using ChainRule.Ops;

namespace ChainRule.Optim;

/// <summary>How a <see cref="OneCycleLr"/> goes from one rate to the next.</summary>
public enum AnnealShape
{
    /// <summary>Along half a cosine.</summary>
    Cosine,

    /// <summary>In a straight line.</summary>
    Linear,
}

/// <summary>
/// Raises the rate from max / startDivisor to max and lowers it to max / startDivisor / endDivisor, once; the momentum
/// moves the other way.
/// </summary>
/// <remarks>
/// After <c>steps</c> steps the rates stay. Source: Smith and Topin, "Super-convergence: very fast training of neural
/// networks using large learning rates" (2019).
/// </remarks>
public sealed class OneCycleLr : Schedule
{
    private readonly double[] _ends;
    private readonly double[] _rates;
    private readonly double[] _momenta;
    private readonly AnnealShape _shape;

    /// <summary>A schedule for an optimiser; the optimiser's own rates do not matter.</summary>
    /// <param name="optimizer">Whose rates are set.</param>
    /// <param name="maximum">Highest rate, 0 or more: PyTorch's <c>max_lr</c>.</param>
    /// <param name="steps">Steps of the cycle, 2 or more: PyTorch's <c>total_steps</c>.</param>
    /// <param name="riseShare">Share of the steps in which the rate rises, in [0, 1]: PyTorch's
    /// <c>pct_start</c>.</param>
    /// <param name="shape">How the rates move in between.</param>
    /// <param name="momentum">Range of the momentum, such as <c>new(0.85, 0.95)</c>; null leaves it alone.</param>
    /// <param name="startDivisor">Quotient of highest and first rate, above 0: PyTorch's <c>div_factor</c>.</param>
    /// <param name="endDivisor">Quotient of first and last rate, above 0: PyTorch's <c>final_div_factor</c>.</param>
    /// <param name="threePhases">The fall is as long as the rise and ends at the first rate; the last rate follows in a
    /// third phase.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or there is no momentum to cycle.</exception>
    public OneCycleLr(
        Optimizer optimizer, double maximum, long steps, double riseShare = 0.3, AnnealShape shape = AnnealShape.Cosine,
        MomentumCycle? momentum = null, double startDivisor = 25, double endDivisor = 1e4, bool threePhases = false)
        : base(optimizer)
    {
        CheckNumber(nameof(OneCycleLr), maximum);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        CheckNumber(nameof(OneCycleLr), riseShare);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(riseShare, 1);
        if (shape is not (AnnealShape.Cosine or AnnealShape.Linear))
            throw new ArgumentOutOfRangeException(nameof(shape), $"OneCycleLr: {shape} is no shape of a way.");
        OptionCheck.Positive(nameof(OneCycleLr), nameof(startDivisor), startDivisor);
        OptionCheck.Positive(nameof(OneCycleLr), nameof(endDivisor), endDivisor);
        momentum?.Check(optimizer, nameof(OneCycleLr));
        double first = maximum / startDivisor, last = first / endDivisor, rise = riseShare * steps;
        _shape = shape;
        _ends = threePhases ? [rise - 1, (2 * rise) - 2, steps - 1] : [rise - 1, steps - 1];
        _rates = threePhases ? [first, maximum, first, last] : [first, maximum, last];
        _momenta = momentum is not { } m ? [] : [m.High, m.Low, m.High, m.High];
        Start();
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, long step) => Between(_rates, step);

    /// <inheritdoc/>
    protected internal override double? MomentumAt(long step) => _momenta.Length == 0 ? null : Between(_momenta, step);

    private double Between(double[] values, long step)
    {
        int phase = 0;
        while (phase < _ends.Length - 1 && step > _ends[phase]) phase++;
        double begin = phase == 0 ? 0 : _ends[phase - 1], length = _ends[phase] - begin;
        double share = length == 0 ? 1 : Math.Min((step - begin) / length, 1), a = values[phase], b = values[phase + 1];
        return _shape == AnnealShape.Linear
            ? a + ((b - a) * share)
            : b + ((a - b) / 2 * (1 + Math.Cos(Math.PI * share)));
    }
}
