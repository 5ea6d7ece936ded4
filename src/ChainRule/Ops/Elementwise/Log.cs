using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Natural logarithm, element by element: y = ln x; NaN for x below 0, minus infinity for 0.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        public Tensor Log() => Elementwise.Apply<LogOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct LogOp : IUnaryOp
    {
        public static string Name => "log";

        public static Saves Saves => Saves.Input;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Log(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy / x;
    }
}
