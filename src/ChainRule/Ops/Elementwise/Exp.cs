using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Exponential, element by element: y = e^x.</summary>
        /// <returns>Shape and dtype of this tensor; values of at least 0.</returns>
        public Tensor Exp() => Elementwise.Apply<ExpOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct ExpOp : IUnaryOp
    {
        public static string Name => "exp";

        public static Saves Saves => Saves.Output;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Exp(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy * y;
    }
}
