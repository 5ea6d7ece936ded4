using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Negative, element by element: y = -x. The same as the operator.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <torch>torch.neg</torch>
        public Tensor Negate() => Elementwise.Apply<NegateOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct NegateOp : IUnaryOp
    {
        public static string Name => "neg";

        public static Saves Saves => Saves.Nothing;

        public static bool TakesIntegers => true;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => -x;

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => -dy;
    }
}
