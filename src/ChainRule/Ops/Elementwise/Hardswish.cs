using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Swish in straight lines, element by element: y = x * min(max(x + 3, 0), 6) / 6.</summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <remarks>Source: Howard et al., "Searching for MobileNetV3" (2019), section 5.2.</remarks>
        public Tensor Hardswish() => Elementwise.Apply<HardswishOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct HardswishOp : IUnaryOp
    {
        public static string Name => "hardswish";

        public static Saves Saves => Saves.Input;

        // The share first: x * 6 would overflow for the largest numbers.
        public V Forward<V>(V x)
            where V : struct, IVec<V> =>
            x * (V.Min(V.Max(x + V.Const(3), V.Zero), V.Const(6)) / V.Const(6));

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V>
        {
            V between = dy * ((x / V.Const(3)) + V.Const(0.5));
            return V.Select(
                V.LessOrEqual(x, V.Const(-3)), V.Zero, V.Select(V.LessOrEqual(V.Const(3), x), dy, between));
        }
    }
}
