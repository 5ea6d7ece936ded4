using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Hyperbolic tangent, element by element: y = (e^x - e^-x) / (e^x + e^-x).</summary>
        /// <returns>Shape and dtype of this tensor; values in [-1, 1].</returns>
        public Tensor Tanh() => Elementwise.Apply<TanhOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct TanhOp : IUnaryOp
    {
        public static string Name => "tanh";

        public static Saves Saves => Saves.Output;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Tanh(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy * (V.One - (y * y));
    }
}
