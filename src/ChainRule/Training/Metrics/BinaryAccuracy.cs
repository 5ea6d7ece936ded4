namespace ChainRule.Training;

/// <summary>Share of elements on the right side of a threshold, for yes-or-no outputs.</summary>
/// <remarks>Output and target have the same number of elements; a target above 0.5 means yes.</remarks>
public sealed class BinaryAccuracy : MeanMetric
{
    private readonly double _threshold;

    /// <summary>A metric.</summary>
    /// <param name="threshold">Outputs above it mean yes: 0 for logits, 0.5 for probabilities.</param>
    public BinaryAccuracy(double threshold = 0) => _threshold = threshold;

    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    private protected override (double Sum, long Count) Measure(Tensor output, Tensor target)
    {
        Elements.CheckCounts("BinaryAccuracy", output, target);
        double[] x = output.ToDoubles(), y = target.ToDoubles();
        long hits = 0;
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i] > _threshold == y[i] > 0.5) hits++;
        }
        return (hits, x.Length);
    }
}
