using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Power with one exponent, element by element: y = x^exponent.</summary>
        /// <param name="exponent">The exponent; for integer tensors a whole number of at least 0.</param>
        /// <returns>Shape and dtype of this tensor; NaN where x is below 0 and the exponent is no whole
        /// number.</returns>
        /// <exception cref="ArgumentOutOfRangeException">The tensor holds integers and the exponent is negative or has
        /// a fraction.</exception>
        /// <remarks>Cost: whole exponents up to 32 in magnitude take a few products, any other a call of the library's
        /// power.</remarks>
        public Tensor Pow(double exponent)
        {
            bool whole = Math.Abs(exponent) <= WholePowOp.Largest && Math.Floor(exponent) == exponent;
            if (!DType.IsFloatingPoint() && (!whole || exponent < 0))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(exponent),
                    $"pow: {DType.Text()} needs a whole exponent from 0 to {WholePowOp.Largest}, got {exponent}.");
            }
            Elementwise.CheckType("pow", DType, takesIntegers: true);
            if (exponent == 2) return Square();
            if (whole) return Elementwise.Apply(this, new WholePowOp((int)exponent));
            return exponent == 0.5 ? Sqrt() : exponent == -0.5 ? Rsqrt() : PowNode.Apply(this, Scalar(exponent, DType));
        }

        /// <summary>Power, element by element, with broadcasting: y = x^exponent.</summary>
        /// <param name="exponent"><c>...</c>, same dtype: broadcasts with this tensor.</param>
        /// <returns>The broadcast shape, same dtype; NaN where x is below 0 and the exponent is no whole
        /// number.</returns>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        public Tensor Pow(Tensor exponent) => PowNode.Apply(this, exponent);

        /// <summary>Powers of one base, element by element: y = base^x.</summary>
        /// <param name="base">The base.</param>
        /// <param name="exponent"><c>...</c> float32 or float64.</param>
        /// <returns>Shape and dtype of <paramref name="exponent"/>.</returns>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        public static Tensor Pow(double @base, Tensor exponent)
        {
            ArgumentNullException.ThrowIfNull(exponent);
            return PowNode.Apply(Scalar(@base, exponent.DType), exponent);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>y = x^n for a whole n, by squaring: n has at most six binary digits.</summary>
    internal readonly struct WholePowOp(int n) : IUnaryOp
    {
        public const int Largest = 32;

        public static string Name => "pow";

        public static Saves Saves => Saves.Input;

        public static bool TakesIntegers => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Forward<V>(V x)
            where V : struct, IVec<V> => Power(x, n);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Backward<V>(V x, V y, V dy)
            where V : struct, IVec<V> => n == 0 ? V.Zero : dy * V.Const(n) * Power(x, n - 1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Power<V>(V x, int n)
            where V : struct, IVec<V>
        {
            // Times one is exact: the first digit needs no case of its own.
            V square = x, product = V.One;
            for (int digits = Math.Abs(n); digits != 0; digits >>= 1)
            {
                if ((digits & 1) != 0) product *= square;
                if (digits > 1) square *= square;
            }
            return n < 0 ? V.One / product : product;
        }
    }

    /// <summary>y = a^b with the library's power: exact to the last digits and right for every special value.</summary>
    internal sealed class PowNode(Tensor a, Tensor b) : Op(a, b)
    {
        public override string Name => "pow";

        public static Tensor Apply(Tensor a, Tensor b)
        {
            Shape shape = Elementwise.CheckPair("pow", a, b, takesIntegers: false);
            Tensor y = a.DType == DType.Float32
                ? Broadcasting.Map(default(PowMap<float>), a, b, a, shape, operands: 2)
                : Broadcasting.Map(default(PowMap<double>), a, b, a, shape, operands: 2);
            return Graph.Needs(a, b) ? Graph.Record(y, new PowNode(a, b)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            Tensor a = A!, b = B!;
            Tensor zero = Tensor.Scalar(0, a.DType), one = Tensor.Scalar(1, a.DType);
            // b a^(b-1), which is 0 for b = 0 even at a = 0
            if (pass.Wants(a))
                pass.Add(a, Tensor.Where(b.EqualTo(zero), zero, dy * (b * a.Pow(b - one))).SumTo(a.Shape));
            // a^b ln a, which tends to 0 for a = 0 and b >= 0
            if (pass.Wants(b))
            {
                Tensor vanishes = a.EqualTo(zero).LogicalAnd(b.GreaterEqual(zero));
                Tensor log = Tensor.Where(vanishes, one, a).Log();
                pass.Add(b, (dy * (a.Pow(b) * log)).SumTo(b.Shape));
            }
        }
    }

    internal readonly struct PowMap<T> : IMap3
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static MapCost Cost => MapCost.Heavy;

        public V Map<V>(V a, V b, V c)
            where V : struct, IVec<V>
        {
            V y = default;
            for (int i = 0; i < Unsafe.SizeOf<V>() / Unsafe.SizeOf<T>(); i++)
                Lane(ref y, i) = T.Pow(Lane(ref a, i), Lane(ref b, i));
            return y;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ref T Lane<V>(ref V vector, int i)
            where V : struct => ref Unsafe.Add(ref Unsafe.As<V, T>(ref vector), i);
    }
}
