using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Smaller of two elements; NaN if either is NaN. Where they are equal, each gets half of the gradient.
        /// </summary>
        /// <param name="other"><c>...</c>, same dtype: broadcasts with this tensor.</param>
        /// <returns>The broadcast shape, same dtype.</returns>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="DTypeException">The types differ.</exception>
        public Tensor Minimum(Tensor other) => Elementwise.Apply<MinimumOp>(this, other);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct MinimumOp : IBinaryOp
    {
        public static string Name => "minimum";

        public static bool TakesIntegers => true;

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V> => V.Min(a, b);

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => V.Select(V.Equal(a, b), dy * V.Const(0.5), V.Select(V.Less(a, b), dy, V.Zero));

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V> => V.Select(V.Equal(a, b), dy * V.Const(0.5), V.Select(V.Less(a, b), V.Zero, dy));
    }
}
