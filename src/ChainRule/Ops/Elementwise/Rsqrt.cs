using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Reciprocal of the square root, element by element: y = x^(-1/2); NaN for x below 0.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        public Tensor Rsqrt() => Elementwise.Apply<RsqrtOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct RsqrtOp : IUnaryOp
    {
        public static string Name => "rsqrt";

        public static Saves Saves => Saves.Output;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.One / V.Sqrt(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy * V.Const(-0.5) * y * y * y;
    }
}
