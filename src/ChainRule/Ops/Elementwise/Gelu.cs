using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    /// <summary>How <see cref="Tensor.Gelu"/> is computed.</summary>
    public enum GeluForm
    {
        /// <summary>By the error function: x / 2 * (1 + erf(x / sqrt 2)).</summary>
        Erf,

        /// <summary>By an approximation to 5e-4: x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))).</summary>
        Tanh,
    }

    public sealed partial class Tensor
    {
        /// <summary>
        /// Gaussian error linear unit, element by element: y = x times the normal distribution's probability of numbers
        /// below x.
        /// </summary>
        /// <param name="form">The formula.</param>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <exception cref="ArgumentOutOfRangeException">There is no such form.</exception>
        /// <remarks>Source: Hendrycks and Gimpel, "Gaussian error linear units" (2016), section 2.</remarks>
        public Tensor Gelu(GeluForm form = GeluForm.Erf) => form switch
        {
            GeluForm.Erf => Elementwise.Apply<GeluOp>(this),
            GeluForm.Tanh => Elementwise.Apply<GeluTanhOp>(this),
            _ => throw new ArgumentOutOfRangeException(
                nameof(form), $"gelu: there is no form {form}; use {nameof(GeluForm.Erf)} or {nameof(GeluForm.Tanh)}."),
        };
    }
}

namespace ChainRule.Ops
{
    internal readonly struct GeluOp : IUnaryOp
    {
        public static string Name => "gelu";

        public static Saves Saves => Saves.Input;

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => x * Below(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V>
        {
            V density = V.Const(1 / Math.Sqrt(2 * Math.PI)) * V.Exp(x * x * V.Const(-0.5));
            return dy * (Below(x) + (x * density));
        }

        // Probability of numbers below x.
        private static V Below<V>(V x)
            where V : struct, IVec<V> =>
            V.Const(0.5) + (V.Const(0.5) * V.Erf(x * V.Const(1 / Math.Sqrt(2))));
    }

    internal readonly struct GeluTanhOp : IUnaryOp
    {
        private const double Cubic = 0.044715;

        public static string Name => "gelu";

        public static Saves Saves => Saves.Input;

        public static MapCost Cost => MapCost.Heavy;

        private static double Root => Math.Sqrt(2 / Math.PI);

        public V Forward<V>(V x)
            where V : struct, IVec<V> => x * (V.Const(0.5) + (V.Const(0.5) * Bend(x)));

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V>
        {
            V t = Bend(x), slope = V.Const(Root) + (V.Const(3 * Root * Cubic) * x * x);
            return dy * V.Const(0.5) * (V.One + t + (x * (V.One - (t * t)) * slope));
        }

        private static V Bend<V>(V x)
            where V : struct, IVec<V> => V.Tanh(V.Const(Root) * (x + (V.Const(Cubic) * x * x * x)));
    }
}
