using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Square, element by element: y = x * x.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        public Tensor Square() => Elementwise.Apply<SquareOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct SquareOp : IUnaryOp
    {
        public static string Name => "square";

        public static Saves Saves => Saves.Input;

        public static bool TakesIntegers => true;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => x * x;

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy * (x + x);
    }
}
