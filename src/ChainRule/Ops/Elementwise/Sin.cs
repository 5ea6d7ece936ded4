using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Sine of an angle in radians, element by element.</summary>
        /// <returns>Shape and dtype of this tensor; values in [-1, 1].</returns>
        public Tensor Sin() => Elementwise.Apply<SinOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct SinOp : IUnaryOp
    {
        public static string Name => "sin";

        public static Saves Saves => Saves.Input;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Sin(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy * V.Cos(x);
    }
}
