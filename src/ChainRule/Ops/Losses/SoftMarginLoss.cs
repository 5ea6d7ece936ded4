using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>Smooth margin of a yes-or-no answer: terms ln(1 + e^(-t y)), without overflow.</summary>
        /// <param name="input"><c>...</c> float32 or float64: y, the answer; its sign decides.</param>
        /// <param name="target"><c>*</c>, same dtype: t, 1 or -1.</param>
        /// <param name="reduction">What is made of the terms.</param>
        /// <returns><c>[]</c>, or the shape of <paramref name="input"/> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        public static Tensor SoftMarginLoss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
        {
            Losses.CheckPair("SoftMarginLoss", input, target);
            return Losses.Reduce(Elementwise.Apply<SoftMarginOp>(input, target), reduction);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>ln(1 + e^(-a b)) = max(-a b, 0) + ln(1 + e^-|a b|).</summary>
    internal readonly struct SoftMarginOp : IBinaryOp
    {
        public static string Name => "soft_margin_loss";

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V>
        {
            V z = a * b;
            return V.Max(-z, V.Zero) + V.Log1p(V.Exp(-V.Abs(z)));
        }

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => -(dy * b * V.Sigmoid(-(a * b)));

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V> => -(dy * a * V.Sigmoid(-(a * b)));
    }
}
