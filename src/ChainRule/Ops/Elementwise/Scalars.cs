using System.Globalization;
using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Sum, element by element, with broadcasting.</summary>
        public static Tensor operator +(Tensor a, Tensor b) => NotNull(a).Add(b);

        /// <summary>Difference, element by element, with broadcasting.</summary>
        public static Tensor operator -(Tensor a, Tensor b) => NotNull(a).Subtract(b);

        /// <summary>
        /// Product, element by element, with broadcasting. The matrix product is <see cref="MatMul"/>.
        /// </summary>
        public static Tensor operator *(Tensor a, Tensor b) => NotNull(a).Multiply(b);

        /// <summary>Quotient, element by element, with broadcasting.</summary>
        public static Tensor operator /(Tensor a, Tensor b) => NotNull(a).Divide(b);

        /// <summary>Negative, element by element.</summary>
        public static Tensor operator -(Tensor a) => NotNull(a).Negate();

        /// <summary>Adds a number to every element; the number takes the tensor's type.</summary>
        /// <exception cref="DTypeException">The tensor holds integers and the number is none.</exception>
        public static Tensor operator +(Tensor a, double b) =>
            Elementwise.Apply(a, new AffineOp(1, Fitting("add", a, b)));

        /// <summary>Adds a number to every element; the number takes the tensor's type.</summary>
        /// <exception cref="DTypeException">The tensor holds integers and the number is none.</exception>
        public static Tensor operator +(double a, Tensor b) =>
            Elementwise.Apply(b, new AffineOp(1, Fitting("add", b, a)));

        /// <summary>Subtracts a number from every element; the number takes the tensor's type.</summary>
        /// <exception cref="DTypeException">The tensor holds integers and the number is none.</exception>
        public static Tensor operator -(Tensor a, double b) =>
            Elementwise.Apply(a, new AffineOp(1, -Fitting("sub", a, b)));

        /// <summary>Subtracts every element from a number; the number takes the tensor's type.</summary>
        /// <exception cref="DTypeException">The tensor holds integers and the number is none.</exception>
        public static Tensor operator -(double a, Tensor b) =>
            Elementwise.Apply(b, new AffineOp(-1, Fitting("sub", b, a)));

        /// <summary>Multiplies every element by a number; the number takes the tensor's type.</summary>
        /// <exception cref="DTypeException">The tensor holds integers and the number is none.</exception>
        public static Tensor operator *(Tensor a, double b) =>
            Elementwise.Apply(a, new ScaleOp(Fitting("mul", a, b)));

        /// <summary>Multiplies every element by a number; the number takes the tensor's type.</summary>
        /// <exception cref="DTypeException">The tensor holds integers and the number is none.</exception>
        public static Tensor operator *(double a, Tensor b) =>
            Elementwise.Apply(b, new ScaleOp(Fitting("mul", b, a)));

        /// <summary>Divides every element by a number; the number takes the tensor's type.</summary>
        public static Tensor operator /(Tensor a, double b) => Elementwise.Apply(a, new DivideByOp(b));

        /// <summary>Divides a number by every element; the number takes the tensor's type.</summary>
        public static Tensor operator /(double a, Tensor b) => Elementwise.Apply(b, new DivideIntoOp(a));

        // An integer tensor would drop the fraction, and half of every count be 0, without a word.
        private static double Fitting(string op, Tensor x, double number)
        {
            ArgumentNullException.ThrowIfNull(x);
            Elementwise.CheckType(op, x.DType, takesIntegers: true);
            if (Math.Floor(number) == number && double.IsFinite(number)) return number;
            if (x.DType.IsFloatingPoint()) return number;
            throw new DTypeException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{op}: the tensor is {x.DType.Text()}, which does not hold {number}."), x.DType)
            {
                Help = "convert the tensor with To(DType.Float32) first.",
            };
        }

        private static Tensor NotNull(Tensor t)
        {
            ArgumentNullException.ThrowIfNull(t);
            return t;
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>y = sign * x + shift, with a sign of 1 or -1. A negative shift is subtracted: UInt8 has no negative
    /// numbers.</summary>
    internal readonly struct AffineOp(int sign, double shift) : IUnaryOp
    {
        public static string Name => "add";

        public static Saves Saves => Saves.Nothing;

        public static bool TakesIntegers => true;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => sign < 0 ? V.Const(shift) - x
            : shift < 0 ? x - V.Const(-shift)
            : x + V.Const(shift);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => sign > 0 ? dy : -dy;
    }

    /// <summary>y = x * factor.</summary>
    internal readonly struct ScaleOp(double factor) : IUnaryOp
    {
        public static string Name => "mul";

        public static Saves Saves => Saves.Nothing;

        public static bool TakesIntegers => true;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => x * V.Const(factor);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy * V.Const(factor);
    }

    /// <summary>y = x / divisor, correctly rounded, which a product with the reciprocal is not.</summary>
    internal readonly struct DivideByOp(double divisor) : IUnaryOp
    {
        public static string Name => "div";

        public static Saves Saves => Saves.Nothing;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => x / V.Const(divisor);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => dy / V.Const(divisor);
    }

    /// <summary>y = dividend / x.</summary>
    internal readonly struct DivideIntoOp(double dividend) : IUnaryOp
    {
        public static string Name => "div";

        public static Saves Saves => Saves.Input;

        public V Forward<V>(V x)
            where V : struct, IVec<V> => V.Const(dividend) / x;

        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => -(dy * V.Const(dividend) / (x * x));
    }
}
