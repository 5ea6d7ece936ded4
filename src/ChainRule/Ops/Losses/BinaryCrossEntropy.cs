using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Cross-entropy of independent yes-or-no answers, from probabilities: terms -w (t ln p + (1 - t) ln(1 - p)).
        /// </summary>
        /// <param name="probabilities"><c>...</c> float32 or float64: p, numbers in [0, 1].</param>
        /// <param name="target"><c>*</c>, same dtype: t, numbers in [0, 1].</param>
        /// <param name="weight"><c>...</c>, same dtype: w, broadcasts to <paramref name="probabilities"/>; 1 if left
        /// out.</param>
        /// <param name="reduction">What is made of the terms; the mean divides by their number, whatever the
        /// weights.</param>
        /// <returns><c>[]</c>, or the shape of <paramref name="probabilities"/> for <see
        /// cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">Target and probabilities differ in shape, or the weight does not
        /// broadcast.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <remarks>
        /// Logarithms below -100 count as -100, and the slope never divides by less than 1e-12, as in PyTorch. From
        /// logits
        /// <see cref="BinaryCrossEntropyWithLogits"/> is the exact form. NaN where p is outside [0, 1].
        /// </remarks>
        public static Tensor BinaryCrossEntropy(
            Tensor probabilities, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
        {
            Losses.CheckPair("BinaryCrossEntropy", probabilities, target);
            Losses.CheckFactor("BinaryCrossEntropy", "weight", weight, probabilities);
            Tensor terms = Elementwise.Apply<BinaryCrossEntropyOp>(probabilities, target);
            return Losses.Reduce(weight is null ? terms : terms * weight, reduction);
        }
    }
}

namespace ChainRule.Ops
{
    internal readonly struct BinaryCrossEntropyOp : IBinaryOp
    {
        private const double LeastLog = -100, LeastVariance = 1e-12;

        public static string Name => "binary_cross_entropy";

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V> => -((b * LogOf(a)) + ((V.One - b) * LogOfRest(a)));

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => dy * (a - b) / V.Max(a * (V.One - a), V.Const(LeastVariance));

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V> => dy * (LogOfRest(a) - LogOf(a));

        private static V LogOf<V>(V p)
            where V : struct, IVec<V> => V.Max(V.Log(p), V.Const(LeastLog));

        private static V LogOfRest<V>(V p)
            where V : struct, IVec<V> => V.Max(V.Log1p(-p), V.Const(LeastLog));
    }
}
