namespace ChainRule.Training;

/// <summary>Mean over all elements of the squared difference between output and target.</summary>
public sealed class MeanSquaredError : MeanMetric
{
    /// <inheritdoc/>
    public override string Name => "mean squared error";

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    private protected override (double Sum, long Count) Measure(Tensor output, Tensor target)
    {
        Elements.CheckCounts("MeanSquaredError", output, target);
        double[] x = output.ToDoubles(), y = target.ToDoubles();
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
        return (sum, x.Length);
    }
}
