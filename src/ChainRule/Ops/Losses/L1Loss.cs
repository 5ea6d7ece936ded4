using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>Absolute error: terms |input - target|; the derivative where they are equal is taken as
        /// 0.</summary>
        /// <param name="input"><c>...</c> float32 or float64: the prediction.</param>
        /// <param name="target"><c>*</c>, same dtype: what it should be.</param>
        /// <param name="reduction">What is made of the terms.</param>
        /// <returns><c>[]</c>, or the shape of <paramref name="input"/> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes differ; there is no broadcasting here, where it is mostly a
        /// mistake.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        public static Tensor L1Loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
        {
            Losses.CheckPair("L1Loss", input, target);
            return Losses.Reduce(Elementwise.Apply<AbsoluteErrorOp>(input, target), reduction);
        }
    }
}

namespace ChainRule.Ops
{
    internal readonly struct AbsoluteErrorOp : IBinaryOp
    {
        public static string Name => "l1_loss";

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V> => V.Abs(a - b);

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => Signed(a, b, dy);

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V> => Signed(b, a, dy);

        private static V Signed<V>(V a, V b, V dy)
            where V : struct, IVec<V> => V.Select(V.Less(b, a), dy, V.Select(V.Less(a, b), -dy, V.Zero));
    }
}
