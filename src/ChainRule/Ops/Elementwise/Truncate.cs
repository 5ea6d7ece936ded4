using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Integer part of x, towards 0, element by element; its derivative is 0.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <torch>torch.trunc</torch>
        public Tensor Truncate() => Elementwise.Apply<TruncateOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct TruncateOp : IUnaryOp
    {
        public static string Name => "truncate";

        public static Saves Saves => Saves.Nothing;

        public static bool TakesIntegers => true;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Truncate(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => V.Zero;
    }
}
