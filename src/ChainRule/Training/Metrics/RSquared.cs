using ChainRule.IO;

namespace ChainRule.Training;

/// <summary>
/// Coefficient of determination over all elements: R2 = 1 - sum (y - x)^2 / sum (y - mean y)^2 for outputs x and
/// targets y. 1 is perfect; 0 is no better than the mean of the targets.
/// </summary>
public sealed class RSquared : Metric
{
    private double _residuals, _mean, _squares;
    private long _count;

    /// <inheritdoc/>
    public override string Name => "R2";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <summary>The figure; NaN while nothing was seen, or where all targets are equal.</summary>
    public override double Value => _squares > 0 ? 1 - _residuals / _squares : double.NaN;

    /// <inheritdoc/>
    public override void Reset() => (_residuals, _mean, _squares, _count) = (0, 0, 0, 0);

    /// <inheritdoc/>
    public override void Add(Tensor output, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(target);
        Elements.CheckCounts("RSquared", output, target);
        double[] x = output.ToDoubles(), y = target.ToDoubles();
        for (int i = 0; i < y.Length; i++)
        {
            _residuals += (y[i] - x[i]) * (y[i] - x[i]);
            // Squares about the running mean (Welford 1962): no difference of large sums.
            double before = y[i] - _mean;
            _mean += before / ++_count;
            _squares += before * (y[i] - _mean);
        }
    }

    /// <inheritdoc/>
    public override void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("residuals", _residuals);
        state.Add("mean", _mean);
        state.Add("squares", _squares);
        state.Add("count", _count);
    }

    /// <inheritdoc/>
    public override void LoadState(StateReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        (_residuals, _mean) = (state.Number("residuals"), state.Number("mean"));
        (_squares, _count) = (state.Number("squares"), state.Whole("count"));
    }
}
