using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Self-regularised smooth rectifier, element by element: y = x * tanh(ln(1 + e^x)).</summary>
        /// <returns>Shape and dtype of this tensor; 0 where e^x is below the smallest normal number.</returns>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        /// <remarks>Source: Misra, "Mish: a self regularized non-monotonic activation function" (2020),
        /// eq. 1.</remarks>
        public Tensor Mish() => Elementwise.Apply<MishOp>(this);
    }
}

namespace ChainRule.Ops
{
    internal readonly struct MishOp : IUnaryOp
    {
        public static string Name => "mish";

        public static Saves Saves => Saves.Input;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => x * Gate(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V>
        {
            V gate = Gate(x);
            return dy * (gate + (x * (V.One - (gate * gate)) * V.Sigmoid(x)));
        }

        // tanh(ln(1 + e^x)) = n / (n + 2) with n = e^x (e^x + 2); above 0 divided through by e^2x, so that the
        // exponential never exceeds 1 and nothing cancels.
        private static V Gate<V>(V x)
            where V : struct, IVec<V>
        {
            V e = V.Exp(-V.Abs(x)), two = V.Const(2);
            V positive = V.Less(V.Zero, x);
            V n = V.Select(positive, V.One + (two * e), e * (e + two));
            return n / (n + V.Select(positive, two * e * e, two));
        }
    }
}
