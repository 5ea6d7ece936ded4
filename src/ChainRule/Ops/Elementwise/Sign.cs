using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Sign, element by element: -1, 0 or 1; the derivative is 0 everywhere.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <remarks>Differs from PyTorch: D12 (NaN stays NaN, where PyTorch gives 0).</remarks>
        public Tensor Sign() => Elementwise.Apply<SignOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct SignOp : IUnaryOp
    {
        public static string Name => "sign";

        public static Saves Saves => Saves.Nothing;

        public static bool TakesIntegers => true;

        public V Forward<V>(V x)
            where V : struct, IVec<V> =>
                V.Select(V.Less(x, V.Zero), V.Const(-1), V.Select(V.Less(V.Zero, x), V.One, x));

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => V.Zero;
    }
}
