using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Logistic function, element by element: y = 1 / (1 + e^-x).</summary>
        /// <returns>Shape and dtype of this tensor; values in [0, 1].</returns>
        public Tensor Sigmoid() => Elementwise.Apply<SigmoidOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct SigmoidOp : IUnaryOp
    {
        public static string Name => "sigmoid";

        public static Saves Saves => Saves.Output;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Sigmoid(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy * y * (V.One - y);
    }
}
