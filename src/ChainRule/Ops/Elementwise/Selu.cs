using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Self-normalising exponential unit, element by element: y = s * x for x &gt; 0, else s * a * (e^x - 1), with
        /// s = 1.0507... and a = 1.6733... that keep mean 0 and variance 1 from layer to layer.
        /// </summary>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <remarks>Source: Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks" (2017),
        /// eq. 2.</remarks>
        public Tensor Selu() => Elementwise.Apply<SeluOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct SeluOp : IUnaryOp
    {
        private const double Scale = 1.0507009873554804934193349852946, Alpha = 1.6732632423543772848170429916717;

        public static string Name => "selu";

        public static Saves Saves => Saves.Both;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> =>
            V.Select(V.Less(V.Zero, x), V.Const(Scale) * x, V.Const(Scale * Alpha) * V.Expm1(x));

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> =>
            V.Select(V.Less(V.Zero, x), dy * V.Const(Scale), dy * (y + V.Const(Scale * Alpha)));
    }
}
