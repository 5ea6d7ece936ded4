using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Largest integer not above x, element by element; its derivative is 0.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        public Tensor Floor() => Elementwise.Apply<FloorOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct FloorOp : IUnaryOp
    {
        public static string Name => "floor";

        public static Saves Saves => Saves.Nothing;

        public static bool TakesIntegers => true;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Floor(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => V.Zero;
    }
}
