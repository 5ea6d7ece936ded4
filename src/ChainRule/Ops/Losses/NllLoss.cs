using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>Negative log-likelihood: terms -w[y] x[y], with x the logarithms of probabilities (of
    /// <see cref="Tensor.LogSoftmax"/>).</summary>
    /// <param name="logProbabilities"><c>[N, C]</c>, <c>[N, C, d1, ...]</c> or <c>[C]</c> float32 or float64:
    /// x.</param>
    /// <param name="target"><c>[N]</c>, <c>[N, d1, ...]</c> or <c>[]</c> Int64 or Int32: class numbers y.</param>
    /// <param name="weight"><c>[C]</c>, same dtype: w, without gradient; 1 if left out.</param>
    /// <param name="ignoreIndex">Class number of positions that count nothing.</param>
    /// <param name="reduction">What is made of the terms; the mean divides by the sum of w[y] over the positions that
    /// count.</param>
    /// <returns><c>[]</c>, or the shape of <paramref name="target"/> for <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="DTypeException">The types do not fit.</exception>
    /// <exception cref="DataException">A label is out of range.</exception>
    public static Tensor NllLoss(
        Tensor logProbabilities, Tensor target, Tensor? weight = null, long ignoreIndex = -100,
        Reduction reduction = Reduction.Mean)
    {
        ArgumentNullException.ThrowIfNull(logProbabilities);
        ClassLoss.CheckInput("NllLoss", logProbabilities, weight);
        Tensor x = logProbabilities;
        AxisPlan plan = AxisPlan.For("NllLoss", x.Shape, x.Rank == 1 ? 0 : 1);
        Tensor labels = ClassLoss.Labels("NllLoss", x, target, plan, ignoreIndex);
        Tensor counts = labels.NotEqual(ignoreIndex);
        Tensor safe = labels.MaskedFill(counts.LogicalNot(), 0);
        Tensor factor = counts.To(x.DType);
        if (weight is not null) factor *= ClassLoss.WeightOf(weight, safe);
        Tensor picked = x.Gather(plan.Dim, safe.Unsqueeze(plan.Dim)).Squeeze(plan.Dim);
        // A logarithm of 0 at an ignored position would make its product with 0 NaN.
        Tensor terms = -(picked.MaskedFill(counts.LogicalNot(), 0) * factor);
        return reduction == Reduction.Mean ? terms.Sum() / factor.Sum() : Losses.Reduce(terms, reduction);
    }
}
