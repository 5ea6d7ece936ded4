using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Slowly saturating unit, element by element: y = x / (1 + |x|).</summary>
        /// <returns>Shape and dtype of this tensor; values in [-1, 1].</returns>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <remarks>Source: Bergstra, Desjardins, Lamblin and Bengio, "Quadratic polynomials learn better image
        /// features" (2009).</remarks>
        public Tensor Softsign() => Elementwise.Apply<SoftsignOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct SoftsignOp : IUnaryOp
    {
        public static string Name => "softsign";

        public static Saves Saves => Saves.Input;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => x / (V.One + V.Abs(x));

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V>
        {
            V d = V.One + V.Abs(x);
            return dy / d / d;
        }
    }
}
