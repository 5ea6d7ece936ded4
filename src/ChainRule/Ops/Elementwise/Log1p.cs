using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Logarithm of one plus x, element by element: y = ln(1 + x), exact to the last digits also for x near 0.
        /// </summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        public Tensor Log1p() => Elementwise.Apply<Log1pOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct Log1pOp : IUnaryOp
    {
        public static string Name => "log1p";

        public static Saves Saves => Saves.Input;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Log1p(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy / (V.One + x);
    }
}
