using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Exponential less one, element by element: y = e^x - 1, exact to the last digits also for x near 0.
        /// </summary>
        /// <returns>Shape and dtype of this tensor; values of at least -1.</returns>
        public Tensor Expm1() => Elementwise.Apply<Expm1Op>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct Expm1Op : IUnaryOp
    {
        public static string Name => "expm1";

        public static Saves Saves => Saves.Output;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Expm1(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy * (y + V.One);
    }
}
