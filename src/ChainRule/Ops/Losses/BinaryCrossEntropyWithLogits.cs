using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Cross-entropy of independent yes-or-no answers: terms -w (p t ln s(x) + (1 - t) ln(1 - s(x))) with s the
        /// logistic function, without overflow.
        /// </summary>
        /// <param name="logits"><c>...</c> float32 or float64: x, the answers before the logistic function.</param>
        /// <param name="target"><c>*</c>, same dtype: t, numbers in [0, 1].</param>
        /// <param name="weight"><c>...</c>, same dtype: w, broadcasts to <paramref name="logits"/>; 1 if left
        /// out.</param>
        /// <param name="posWeight"><c>...</c>, same dtype: p, how much more a "yes" counts, broadcasts to
        /// <paramref name="logits"/>; 1 if left out.
        /// </param>
        /// <param name="reduction">What is made of the terms; the mean divides by their number, whatever the
        /// weights.</param>
        /// <returns><c>[]</c>, or the shape of <paramref name="logits"/> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">Target and logits differ in shape, or a weight does not
        /// broadcast.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        public static Tensor BinaryCrossEntropyWithLogits(
            Tensor logits, Tensor target, Tensor? weight = null, Tensor? posWeight = null,
            Reduction reduction = Reduction.Mean)
        {
            const string Name = "BinaryCrossEntropyWithLogits";
            Losses.CheckPair(Name, logits, target);
            Losses.CheckFactor(Name, "weight", weight, logits);
            Losses.CheckFactor(Name, "posWeight", posWeight, logits);
            // ln(1 - s(x)) = -softplus(x) = -x - softplus(-x): the terms need only the one softplus.
            Tensor terms = posWeight is null
                ? Elementwise.Apply<LogisticLossOp>(logits, target)
                : ((1 - target) * logits)
                    + ((((posWeight - 1) * target) + 1) * (-logits).Softplus(threshold: double.PositiveInfinity));
            return Losses.Reduce(weight is null ? terms : terms * weight, reduction);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>Terms max(x, 0) - t x + ln(1 + e^-|x|).</summary>
    internal readonly struct LogisticLossOp : IBinaryOp
    {
        public static string Name => "binary_cross_entropy_with_logits";

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V> => V.Max(a, V.Zero) - (a * b) + V.Log1p(V.Exp(-V.Abs(a)));

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => dy * (V.Sigmoid(a) - b);

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V> => -(dy * a);
    }
}
