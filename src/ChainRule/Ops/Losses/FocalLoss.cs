using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Cross-entropy of a choice among C classes that counts the hard samples: terms -w[y] (1 - p)^gamma ln p, with p
    /// the softmax of the logits at the class y.
    /// </summary>
    /// <param name="logits"><c>[N, C]</c>, <c>[N, C, d1, ...]</c> or <c>[C]</c> float32 or float64.</param>
    /// <param name="target"><c>[N]</c>, <c>[N, d1, ...]</c> or <c>[]</c> Int64 or Int32: class numbers y.</param>
    /// <param name="gamma">How much less the easy samples count, 0 or more; 0 for plain cross-entropy.</param>
    /// <param name="weight"><c>[C]</c>, same dtype: w, without gradient: the paper's alpha; 1 if left out.</param>
    /// <param name="ignoreIndex">Class number of positions that count nothing.</param>
    /// <param name="reduction">What is made of the terms; the mean divides by the number of positions that count,
    /// whatever the weights.</param>
    /// <returns><c>[]</c>, or one term a position for <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="DTypeException">The types do not fit.</exception>
    /// <exception cref="DataException">A label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gamma"/> is negative or not
    /// finite.</exception>
    /// <remarks>Source: Lin et al., "Focal loss for dense object detection" (2017), eqs. 4 and 5.</remarks>
    /// <torch>none</torch>
    public static Tensor FocalLoss(
        Tensor logits, Tensor target, double gamma = 2, Tensor? weight = null, long ignoreIndex = -100,
        Reduction reduction = Reduction.Mean)
    {
        const string Name = "FocalLoss";
        ArgumentNullException.ThrowIfNull(logits);
        ClassLoss.CheckInput(Name, logits, weight);
        OptionCheck.NotNegative(Name, nameof(gamma), gamma);
        AxisPlan plan = AxisPlan.For(Name, logits.Shape, logits.Rank == 1 ? 0 : 1);
        Tensor labels = ClassLoss.Labels(Name, logits, target, plan, ignoreIndex);
        Tensor counts = labels.NotEqual(ignoreIndex);
        Tensor safe = labels.MaskedFill(counts.LogicalNot(), 0);
        Tensor log = logits.LogSoftmax(plan.Dim).Gather(plan.Dim, safe.Unsqueeze(plan.Dim)).Squeeze(plan.Dim);
        Tensor factor = counts.To(logits.DType);
        Tensor terms = -(log.Expm1().Negate().Pow(gamma) * log * factor);
        if (weight is not null) terms *= ClassLoss.WeightOf(weight, safe);
        return reduction == Reduction.Mean ? terms.Sum() / factor.Sum() : Losses.Reduce(terms, reduction);
    }

    /// <summary>
    /// Cross-entropy of independent yes-or-no answers that counts the hard ones: terms -a (1 - p)^gamma ln p, with p
    /// the probability s(x) of a "yes" where t is 1 and that of a "no" where t is 0.
    /// </summary>
    /// <param name="logits"><c>...</c> float32 or float64: x, the answers before the logistic function.</param>
    /// <param name="target"><c>*</c>, same dtype: t, 0 or 1; without gradient.</param>
    /// <param name="alpha">a where t is 1, in [0, 1], and 1 - a where it is 0; null for 1 everywhere.</param>
    /// <param name="gamma">How much less the easy answers count, 0 or more.</param>
    /// <param name="reduction">What is made of the terms.</param>
    /// <returns><c>[]</c>, or the shape of <paramref name="logits"/> for <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <remarks>Source: Lin et al., "Focal loss for dense object detection" (2017), eqs. 4 and 5.</remarks>
    /// <torch>none</torch>
    public static Tensor SigmoidFocalLoss(
        Tensor logits, Tensor target, double? alpha = 0.25, double gamma = 2, Reduction reduction = Reduction.Mean)
    {
        const string Name = "SigmoidFocalLoss";
        Losses.CheckPair(Name, logits, target);
        OptionCheck.That(Name, nameof(alpha), alpha ?? 0, alpha is null or (>= 0 and <= 1), "0 to 1, or null");
        OptionCheck.NotNegative(Name, nameof(gamma), gamma);
        Tensor sign = (2 * target.Detach()) - 1, z = logits * sign;
        // 1 - p = s(-z) and -ln p = softplus(-z): exact however sure the answer is.
        Tensor terms = (-z).Sigmoid().Pow(gamma) * (-z).Softplus(threshold: double.PositiveInfinity);
        if (alpha is { } a) terms *= (sign * (a - 0.5)) + 0.5;
        return Losses.Reduce(terms, reduction);
    }
}
