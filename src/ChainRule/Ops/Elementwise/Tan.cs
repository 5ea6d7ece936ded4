using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Tangent of an angle in radians, element by element.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        public Tensor Tan() => Elementwise.Apply<TanOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct TanOp : IUnaryOp
    {
        public static string Name => "tan";

        public static Saves Saves => Saves.Output;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Sin(x) / V.Cos(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy * V.Fma(y, y, V.One);
    }
}
