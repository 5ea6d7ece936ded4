namespace ChainRule.Training;

/// <summary>Mean over all elements of the magnitude of the difference between output and target.</summary>
public sealed class MeanAbsoluteError : MeanMetric
{
    /// <inheritdoc/>
    public override string Name => "mean absolute error";

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    private protected override (double Sum, long Count) Measure(Tensor output, Tensor target)
    {
        Elements.CheckCounts("MeanAbsoluteError", output, target);
        double[] x = output.ToDoubles(), y = target.ToDoubles();
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += Math.Abs(x[i] - y[i]);
        return (sum, x.Length);
    }
}
