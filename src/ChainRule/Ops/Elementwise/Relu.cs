using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Rectifier, element by element: y = max(0, x); NaN stays NaN. Its derivative at 0 is taken as
        /// 0.</summary>
        /// <returns>Shape and dtype of this tensor; values of at least 0.</returns>
        public Tensor Relu() => Elementwise.Apply<ReluOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct ReluOp : IUnaryOp
    {
        public static string Name => "relu";

        public static Saves Saves => Saves.Output;

        public static bool TakesIntegers => true;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Select(V.LessOrEqual(x, V.Zero), V.Zero, x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => V.Select(V.LessOrEqual(y, V.Zero), V.Zero, dy);
    }
}
