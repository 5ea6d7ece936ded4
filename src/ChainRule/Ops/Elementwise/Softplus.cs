using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Smooth rectifier, element by element: y = ln(1 + e^(beta * x)) / beta, without overflow.</summary>
        /// <param name="beta">Sharpness of the bend at 0, not 0.</param>
        /// <param name="threshold">Above it, beta * x counts as so large that y = x.</param>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is 0 or not finite, or
        /// <paramref name="threshold"/> is NaN.</exception>
        public Tensor Softplus(double beta = 1, double threshold = 20)
        {
            SoftplusOp.Check("softplus", beta, threshold);
            return Elementwise.Apply(this, new SoftplusOp(beta, threshold));
        }
    }
}

namespace ChainRule.Ops
{
    internal readonly struct SoftplusOp(double beta, double threshold) : IUnaryOp
    {
        public static string Name => "softplus";

        public static Saves Saves => Saves.Input;

        public static MapCost Cost => MapCost.Heavy;

        public static void Check(string of, double beta, double threshold)
        {
            OptionCheck.That(
                of, nameof(beta), beta, beta != 0 && double.IsFinite(beta), "a finite number other than 0");
            OptionCheck.Number(of, nameof(threshold), threshold);
        }

        // ln(1 + e^z) = max(z, 0) + ln(1 + e^-|z|): the exponential never exceeds 1, whatever the threshold.
        public V Forward<V>(V x)
            where V : struct, IVec<V>
        {
            V z = x * V.Const(beta);
            V soft = (V.Max(z, V.Zero) + V.Log1p(V.Exp(-V.Abs(z)))) / V.Const(beta);
            return V.Select(V.Less(V.Const(threshold), z), x, soft);
        }

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V>
        {
            V z = x * V.Const(beta);
            return V.Select(V.Less(V.Const(threshold), z), dy, dy * V.Sigmoid(z));
        }
    }
}
