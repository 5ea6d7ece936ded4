using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Absolute value, element by element: y = |x|; its derivative at 0 is taken as 0.</summary>
        /// <returns>Shape and dtype of this tensor; values of at least 0.</returns>
        public Tensor Abs() => Elementwise.Apply<AbsOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct AbsOp : IUnaryOp
    {
        public static string Name => "abs";

        public static Saves Saves => Saves.Input;

        public static bool TakesIntegers => true;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Abs(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => V.Select(V.Equal(x, V.Zero), V.Zero, V.Select(V.Less(x, V.Zero), -dy, dy));
    }
}
