using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Logistic function in straight lines, element by element: y = min(max(x / 6 + 1/2, 0), 1).</summary>
        /// <returns>Shape and dtype of this tensor; values in [0, 1]. The gradient is 1/6 where -3 &lt; x &lt; 3 and 0
        /// elsewhere.</returns>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <remarks>Source: Courbariaux, Bengio and David, "BinaryConnect" (2015), section 2.3, there with another
        /// slope.</remarks>
        public Tensor Hardsigmoid() => Elementwise.Apply<HardsigmoidOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct HardsigmoidOp : IUnaryOp
    {
        public static string Name => "hardsigmoid";

        public static Saves Saves => Saves.Input;

        public V Forward<V>(V x)
            where V : struct, IVec<V> =>
            V.Min(V.Max((x / V.Const(6)) + V.Const(0.5), V.Zero), V.One);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => V.Select(V.Less(V.Abs(x), V.Const(3)), dy / V.Const(6), V.Zero);
    }
}
