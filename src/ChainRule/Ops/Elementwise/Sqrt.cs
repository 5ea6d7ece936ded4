using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Square root, element by element: y = x^(1/2); NaN for x below 0.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        public Tensor Sqrt() => Elementwise.Apply<SqrtOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct SqrtOp : IUnaryOp
    {
        public static string Name => "sqrt";

        public static Saves Saves => Saves.Output;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Sqrt(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy * V.Const(0.5) / y;
    }
}
