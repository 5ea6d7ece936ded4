using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Hinge of a yes-or-no answer: terms max(0, 1 - t y), with y the input and t the target; the derivative at the
        /// edge is 0.
        /// </summary>
        /// <param name="input"><c>...</c> float32 or float64: y, the answer; its sign decides.</param>
        /// <param name="target"><c>*</c>, same dtype: t, 1 or -1.</param>
        /// <param name="reduction">What is made of the terms.</param>
        /// <returns><c>[]</c>, or the shape of <paramref name="input"/> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <remarks>Source: Cortes and Vapnik, "Support-vector networks" (1995).</remarks>
        /// <torch>none</torch>
        public static Tensor HingeLoss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
        {
            Losses.CheckPair("HingeLoss", input, target);
            return Losses.Reduce(Elementwise.Apply(input, target, new HingeOp(1)), reduction);
        }

        /// <summary>Hinge of a pair that should be in order: terms max(0, margin - t (x1 - x2)).</summary>
        /// <param name="input1"><c>...</c> float32 or float64: x1.</param>
        /// <param name="input2"><c>*</c>, same dtype: x2.</param>
        /// <param name="target"><c>*</c>, same dtype: t, 1 where x1 should be the larger, -1 where x2 should.</param>
        /// <param name="margin">By how much.</param>
        /// <param name="reduction">What is made of the terms.</param>
        /// <returns><c>[]</c>, or the shape of the inputs for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is not finite.</exception>
        public static Tensor MarginRankingLoss(
            Tensor input1, Tensor input2, Tensor target, double margin = 0, Reduction reduction = Reduction.Mean)
        {
            Losses.CheckPair("MarginRankingLoss", input1, input2, "input1", "input2");
            Losses.CheckPair("MarginRankingLoss", input1, target, "input1");
            OptionCheck.Finite("MarginRankingLoss", nameof(margin), margin);
            return Losses.Reduce(Elementwise.Apply(input1 - input2, target, new HingeOp(margin)), reduction);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>max(0, margin - a b).</summary>
    internal readonly struct HingeOp(double margin) : IBinaryOp
    {
        public static string Name => "hinge_loss";

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V>
        {
            V z = V.Const(margin) - (a * b);
            return V.Select(V.LessOrEqual(z, V.Zero), V.Zero, z);
        }

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => Inside(a, b, -(dy * b));

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V> => Inside(a, b, -(dy * a));

        private V Inside<V>(V a, V b, V slope)
            where V : struct, IVec<V> => V.Select(V.LessOrEqual(V.Const(margin), a * b), V.Zero, slope);
    }
}
