using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Reciprocal, element by element: y = 1 / x.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        public Tensor Reciprocal() => Elementwise.Apply<ReciprocalOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct ReciprocalOp : IUnaryOp
    {
        public static string Name => "reciprocal";

        public static Saves Saves => Saves.Output;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.One / x;

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => -(dy * y * y);
    }
}
