using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Product, element by element: y = a * b. The same as the operator.</summary>
        /// <param name="other"><c>...</c>, same dtype: broadcasts with this tensor.</param>
        /// <returns>The broadcast shape, same dtype.</returns>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="DTypeException">The types differ.</exception>
        public Tensor Multiply(Tensor other) => Elementwise.Apply<MultiplyOp>(this, other);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct MultiplyOp : IBinaryOp
    {
        public static string Name => "mul";

        public static bool TakesIntegers => true;

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V> => a * b;

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => dy * b;

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V> => dy * a;
    }
}
