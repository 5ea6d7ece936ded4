using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Hinge of a choice among C classes: terms w[y] / C * (sum over c other than y of max(0, margin - x[y] +
    /// x[c])^power).
    /// </summary>
    /// <param name="input"><c>[N, C]</c> or <c>[C]</c> float32 or float64: x, the scores.</param>
    /// <param name="target"><c>[N]</c> or <c>[]</c> Int64 or Int32: class numbers y.</param>
    /// <param name="power">1 or 2.</param>
    /// <param name="margin">By how much the right class should lead.</param>
    /// <param name="weight"><c>[C]</c>, same dtype: w, without gradient; 1 if left out.</param>
    /// <param name="reduction">What is made of the terms; the mean divides by N.</param>
    /// <returns><c>[]</c>, or <c>[N]</c> for <see cref="Reduction.None"/>.</returns>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="DTypeException">The types do not fit.</exception>
    /// <exception cref="DataException">A label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="power"/> is neither 1 nor 2, or
    /// <paramref name="margin"/> is not finite.</exception>
    /// <remarks>
    /// Source: Crammer and Singer, "On the algorithmic implementation of multiclass kernel-based vector machines"
    /// (2001), with the sum over all classes (Weston and Watkins 1999).
    /// </remarks>
    public static Tensor MultiMarginLoss(
        Tensor input, Tensor target, int power = 1, double margin = 1, Tensor? weight = null,
        Reduction reduction = Reduction.Mean)
    {
        const string Name = "MultiMarginLoss";
        ArgumentNullException.ThrowIfNull(input);
        Losses.CheckRows(Name, input);
        ClassLoss.CheckInput(Name, input, weight);
        OptionCheck.That(Name, nameof(power), power, power is 1 or 2, "1 or 2");
        OptionCheck.Finite(Name, nameof(margin), margin);
        AxisPlan plan = AxisPlan.For(Name, input.Shape, input.Rank - 1);
        Tensor labels = ClassLoss.Labels(Name, input, target, plan, ignoreIndex: null);
        Tensor right = input.Gather(-1, labels.Unsqueeze(-1));
        Tensor excess = (input - right + margin).Relu();
        if (power == 2) excess = excess.Square();
        // The class itself has the constant excess `margin`.
        Tensor own = Tensor.OneHot(labels, plan.Length, DType.Bool);
        Tensor terms = excess.MaskedFill(own, 0).Sum(-1) / plan.Length;
        if (weight is not null) terms *= ClassLoss.WeightOf(weight, labels);
        return Losses.Reduce(terms, reduction);
    }
}
