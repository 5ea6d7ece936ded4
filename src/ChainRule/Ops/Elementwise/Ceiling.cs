using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Smallest integer not below x, element by element; its derivative is 0.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <torch>torch.ceil</torch>
        public Tensor Ceiling() => Elementwise.Apply<CeilingOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct CeilingOp : IUnaryOp
    {
        public static string Name => "ceiling";

        public static Saves Saves => Saves.Nothing;

        public static bool TakesIntegers => true;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Ceiling(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => V.Zero;
    }
}
