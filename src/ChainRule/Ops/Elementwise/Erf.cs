using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Error function, element by element: y = 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.
        /// </summary>
        /// <returns>Shape and dtype of this tensor; values in [-1, 1].</returns>
        public Tensor Erf() => Elementwise.Apply<ErfOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct ErfOp : IUnaryOp
    {
        public static string Name => "erf";

        public static Saves Saves => Saves.Input;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Erf(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy * V.Const(2 / Math.Sqrt(Math.PI)) * V.Exp(-(x * x));
    }
}
