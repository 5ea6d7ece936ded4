using ChainRule.IO;

namespace ChainRule.Training;

/// <summary>A mean over samples or elements, or a function of it: a sum and a count.</summary>
public abstract class MeanMetric : Metric
{
    private double _sum;
    private long _count;

    private protected MeanMetric()
    {
    }

    /// <inheritdoc/>
    public sealed override double Value => _count == 0 ? double.NaN : Finish(_sum / _count);

    /// <inheritdoc/>
    public sealed override void Reset() => (_sum, _count) = (0, 0);

    /// <inheritdoc/>
    public sealed override void Add(Tensor output, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(target);
        (double sum, long count) = Measure(output, target);
        _sum += sum;
        _count += count;
    }

    /// <inheritdoc/>
    public sealed override void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("sum", _sum);
        state.Add("count", _count);
    }

    /// <inheritdoc/>
    public sealed override void LoadState(StateReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        (_sum, _count) = (state.Number("sum"), state.Whole("count"));
    }

    private protected virtual double Finish(double mean) => mean;

    private protected abstract (double Sum, long Count) Measure(Tensor output, Tensor target);
}
