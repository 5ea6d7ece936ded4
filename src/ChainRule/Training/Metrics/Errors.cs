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

internal static class Elements
{
    // [N] and [N, 1] are the same numbers; anything else of equal count but other shape is a mistake.
    public static void CheckCounts(string metric, Tensor output, Tensor target)
    {
        if (output.Shape == target.Shape) return;
        bool column = output.Count == target.Count && output.Rank > 0 && target.Rank > 0 && output.Shape[0] == target.Shape[0]
            && output.Shape[0] == output.Count;
        if (!column)
        {
            throw new ShapeException(
                $"{metric}: output is {output.Shape}, target {target.Shape}; expected one shape.", output.Shape, target.Shape);
        }
    }
}
