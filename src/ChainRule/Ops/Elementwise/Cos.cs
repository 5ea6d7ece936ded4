using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Cosine of an angle in radians, element by element.</summary>
        /// <returns>Shape and dtype of this tensor; values in [-1, 1].</returns>
        public Tensor Cos() => Elementwise.Apply<CosOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct CosOp : IUnaryOp
    {
        public static string Name => "cos";

        public static Saves Saves => Saves.Input;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Cos(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => -(dy * V.Sin(x));
    }
}
