using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Nearest integer, halves to even, element by element; its derivative is 0.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        public Tensor Round() => Elementwise.Apply<RoundOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct RoundOp : IUnaryOp
    {
        public static string Name => "round";

        public static Saves Saves => Saves.Nothing;

        public static bool TakesIntegers => true;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Round(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => V.Zero;
    }
}
