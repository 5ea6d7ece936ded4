namespace ChainRule.Training;

/// <summary>
/// How many equally likely choices a model of tokens is as uncertain as: e to the mean over all tokens of
/// -ln p(right token).
/// </summary>
/// <remarks>
/// Logits <c>[N, V]</c> with targets <c>[N]</c>, or <c>[N, V, T]</c> with <c>[N, T]</c>, as <c>F.CrossEntropy</c> takes
/// them; targets int64 or int32. Every token of the whole set counts the same, whatever its batch.
/// </remarks>
public sealed class Perplexity : MeanMetric
{
    private readonly int _ignoreIndex;

    /// <summary>A metric.</summary>
    /// <param name="ignoreIndex">Token number of positions that count nothing, such as padding.</param>
    public Perplexity(int ignoreIndex = -100) => _ignoreIndex = ignoreIndex;

    /// <inheritdoc/>
    public override string Name => "perplexity";

    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    private protected override double Finish(double mean) => Math.Exp(mean);

    private protected override (double Sum, long Count) Measure(Tensor output, Tensor target)
    {
        bool fits = output.Rank >= 2 && target.Rank == output.Rank - 1 && target.DType is DType.Int64 or DType.Int32
            && target.Shape[0] == output.Shape[0];
        for (int d = 2; fits && d < output.Rank; d++) fits = output.Shape[d] == target.Shape[d - 1];
        if (!fits)
        {
            throw new ShapeException($"Perplexity: output is {output.Shape}, target {target.Shape} "
                + $"{target.DType.Text()}; expected [N, V, ...] and token numbers [N, ...].",
                output.Shape, target.Shape);
        }
        int tokens = output.Shape[1], places = 1;
        for (int d = 2; d < output.Rank; d++) places *= output.Shape[d];
        double[] x = output.ToDoubles(), y = target.ToDoubles();
        double sum = 0;
        long count = 0;
        for (int i = 0; i < y.Length; i++)
        {
            if (y[i] == _ignoreIndex) continue;
            if (y[i] < 0 || y[i] >= tokens) throw ClassChoice.OutOfRange("Perplexity", i / places, y[i], tokens);
            int first = i / places * tokens * places + i % places;
            double most = double.NegativeInfinity, total = 0;
            for (int v = 0; v < tokens; v++) most = Math.Max(most, x[first + v * places]);
            for (int v = 0; v < tokens; v++) total += Math.Exp(x[first + v * places] - most);
            sum += most + Math.Log(total) - x[first + (int)y[i] * places];
            count++;
        }
        return (sum, count);
    }
}
