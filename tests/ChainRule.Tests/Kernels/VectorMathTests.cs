using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ChainRule.Kernels;

namespace ChainRule.Tests.Kernels;

public sealed unsafe class VectorMathTests
{
    public enum Function
    {
        Exp,
        Expm1,
        Log,
        Log1p,
        Tanh,
        Sigmoid,
        Erf,
        Sin,
        Cos,
    }

    public static TheoryData<Function> Functions => new(Enum.GetValues<Function>());

    /// <summary>Function, argument, exact result: the same for both types. A NaN result stands for any NaN.</summary>
    public static TheoryData<Function, double, double> SpecialValues => new()
    {
        { Function.Exp, 0, 1 }, { Function.Exp, -0.0, 1 },
        { Function.Exp, double.PositiveInfinity, double.PositiveInfinity },
        { Function.Exp, double.NegativeInfinity, 0 }, { Function.Exp, double.NaN, double.NaN },
        { Function.Exp, 1e4, double.PositiveInfinity }, { Function.Exp, -1e4, 0 }, { Function.Exp, 1e-30, 1 },
        { Function.Expm1, 0, 0 }, { Function.Expm1, -0.0, -0.0 }, { Function.Expm1, double.NaN, double.NaN },
        { Function.Expm1, double.PositiveInfinity, double.PositiveInfinity },
        { Function.Expm1, double.NegativeInfinity, -1 }, { Function.Expm1, 1e4, double.PositiveInfinity },
        { Function.Expm1, -1e4, -1 },
        { Function.Log, 1, 0 }, { Function.Log, 0, double.NegativeInfinity },
        { Function.Log, -0.0, double.NegativeInfinity },
        { Function.Log, double.PositiveInfinity, double.PositiveInfinity }, { Function.Log, -1, double.NaN },
        { Function.Log, double.NegativeInfinity, double.NaN }, { Function.Log, double.NaN, double.NaN },
        { Function.Log1p, 0, 0 }, { Function.Log1p, -0.0, -0.0 }, { Function.Log1p, -1, double.NegativeInfinity },
        { Function.Log1p, -2, double.NaN }, { Function.Log1p, double.PositiveInfinity, double.PositiveInfinity },
        { Function.Log1p, double.NegativeInfinity, double.NaN }, { Function.Log1p, double.NaN, double.NaN },
        { Function.Tanh, 0, 0 }, { Function.Tanh, -0.0, -0.0 }, { Function.Tanh, double.PositiveInfinity, 1 },
        { Function.Tanh, double.NegativeInfinity, -1 }, { Function.Tanh, 100, 1 },
        { Function.Tanh, double.NaN, double.NaN },
        { Function.Sigmoid, 0, 0.5 }, { Function.Sigmoid, -0.0, 0.5 },
        { Function.Sigmoid, double.PositiveInfinity, 1 }, { Function.Sigmoid, double.NegativeInfinity, 0 },
        { Function.Sigmoid, 1e4, 1 }, { Function.Sigmoid, -1e4, 0 }, { Function.Sigmoid, double.NaN, double.NaN },
        { Function.Erf, 0, 0 }, { Function.Erf, -0.0, -0.0 }, { Function.Erf, double.PositiveInfinity, 1 },
        { Function.Erf, double.NegativeInfinity, -1 }, { Function.Erf, 7, 1 },
        { Function.Erf, double.NaN, double.NaN },
        { Function.Sin, 0, 0 }, { Function.Sin, -0.0, -0.0 }, { Function.Sin, double.PositiveInfinity, double.NaN },
        { Function.Sin, double.NegativeInfinity, double.NaN }, { Function.Sin, double.NaN, double.NaN },
        { Function.Cos, 0, 1 }, { Function.Cos, -0.0, 1 }, { Function.Cos, double.PositiveInfinity, double.NaN },
        { Function.Cos, double.NegativeInfinity, double.NaN }, { Function.Cos, double.NaN, double.NaN },
    };

    [Theory]
    [MemberData(nameof(Functions))]
    public void Float32_result_is_within_two_ulp(Function function)
    {
        // Every 2039th pattern of the 2^32, and the neighbourhood of every power of two.
        var samples = new List<float>();
        for (ulong bits = 0; bits < 1UL << 32; bits += 2039) samples.Add(BitConverter.UInt32BitsToSingle((uint)bits));
        for (uint exponent = 0; exponent < 512; exponent++)
        {
            for (int near = -3; near <= 3; near++)
                samples.Add(BitConverter.UInt32BitsToSingle((exponent << 23) + (uint)near));
        }
        float[] x = [.. samples];
        float[] y = Widest(function, x);
        for (int i = 0; i < x.Length; i++)
        {
            double exact = Reference(function, (double)x[i]);
            float rounded = (float)exact;
            if (!float.IsFinite(rounded) || rounded == 0)
            {
                if (!y[i].Equals(rounded)) Assert.Fail($"{function}({x[i]:R}) is {y[i]:R}, exact {rounded:R}");
                continue;
            }
            if (FlushesSubnormal(function) && exact < 1.1754943508222875e-38)
            {
                if (y[i] is not (0 or 1.17549435e-38f))
                    Assert.Fail($"{function}({x[i]:R}) is {y[i]:R}, exact {rounded:R}");
                continue;
            }
            float size = Math.Min(Math.Abs(rounded), BitConverter.UInt32BitsToSingle(0x7F7FFFFE));
            double error = Math.Abs(y[i] - exact) / ((double)MathF.BitIncrement(size) - size);
            if (!(error < 2)) Assert.Fail($"{function}({x[i]:R}) is {y[i]:R}, exact {exact:R}: {error:F2} ulp");
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Float64_result_is_within_four_ulp(Function function)
    {
        // Uniform where the function bends, then any magnitude, with the range of the yardstick as the bound.
        (double low, double high) = function switch
        {
            Function.Exp => (-708.3, 709.7),
            Function.Expm1 => (-40, 709.7),
            Function.Log => (0, double.MaxValue),
            Function.Log1p => (-1, 1e300),
            Function.Sigmoid => (-708.3, 40),
            Function.Tanh => (-20, 20),
            Function.Erf => (-6, 6),
            _ => (-1e8, 1e8),
        };
        var random = new Random(20);
        var samples = new List<double>();
        for (int i = 0; i < 24000; i++)
        {
            double x = (i % 3) switch
            {
                0 => (random.NextDouble() - 0.5) * 12,
                1 => Math.ScaleB(random.NextDouble() - 0.5, random.Next(-60, 40)),
                _ => (low / 2) + (random.NextDouble() * ((high / 2) - (low / 2))),
            };
            if (x > low && x < high) samples.Add(x);
        }
        double[] arguments = [.. samples];
        double[] y = Widest(function, arguments);
        for (int i = 0; i < arguments.Length; i++)
        {
            DoubleDouble exact = Reference(function, new DoubleDouble(arguments[i]));
            double error = Math.Abs(y[i] - exact.High - exact.Low) / UnitInLastPlace(exact.High);
            if (!(error < 4))
                Assert.Fail($"{function}({arguments[i]:R}) is {y[i]:R}, exact {exact.High:R}: {error:F2} ulp");
        }
    }

    [Theory]
    [MemberData(nameof(SpecialValues))]
    public void Special_argument_gives_its_exact_result(Function function, double x, double expected)
    {
        double wide = Widest(function, new[] { x })[0];
        float single = Widest(function, new[] { (float)x })[0];
        Assert.True(SameBits(expected, wide), $"float64: {wide:R}");
        Assert.True(SameBits((float)expected, single), $"float32: {single:R}");
    }

    [Fact]
    public void Subnormal_argument_is_kept()
    {
        foreach (float x in new[] { 1e-45f, -3e-42f, 1e-39f })
        {
            foreach (Function f in new[] { Function.Expm1, Function.Log1p, Function.Tanh, Function.Sin })
                Assert.Equal(x, Widest(f, new[] { x })[0]);
        }
        Assert.Equal((float)(-149 * Math.Log(2)), Widest(Function.Log, new[] { float.Epsilon })[0]);
        Assert.Equal(-1074 * Math.Log(2), Widest(Function.Log, new[] { double.Epsilon })[0], 1e-12);
    }

    // Computed with 2500 bits.
    [Theory]
    [InlineData(1e10, -0.4875060250875107, 0.873119622676856)]
    [InlineData(1.152921504606847e+18, -0.8306492176372546, -0.5567960822766417)]
    [InlineData(1e22, -0.8522008497671888, 0.523214785395139)]
    [InlineData(3.4028234663852886e+38, -0.5218765233336585, 0.8530210398303042)]
    [InlineData(5.319372648326541e+255, 1.0, -4.687165924254628e-19)]
    [InlineData(1e300, -0.8178819121159085, -0.5753861119575491)]
    [InlineData(1.7976931348623157e+308, 0.004961954789184062, -0.9999876894265599)]
    public void Sine_and_cosine_of_a_huge_argument_are_accurate(double x, double sine, double cosine)
    {
        AssertUlp(sine, Widest(Function.Sin, new[] { x })[0]);
        AssertUlp(cosine, Widest(Function.Cos, new[] { x })[0]);
        AssertUlp(-sine, Widest(Function.Sin, new[] { -x })[0]);
        AssertUlp(cosine, Widest(Function.Cos, new[] { -x })[0]);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Float32_bits_are_equal_at_every_width(Function function)
    {
        float[] x = new float[1 << 14];
        for (int i = 0; i < x.Length; i++)
            x[i] = (i & 1) == 0 ? BitConverter.UInt32BitsToSingle((uint)i * 262147u) : (i - 8192) * 0.0117f;
        float[] expected = Map<Vec1<float>, float>(function, x);
        Assert.Equal(expected, Map<Vec128<float>, float>(function, x), SameBits);
        Assert.Equal(expected, Map<Vec256<float>, float>(function, x), SameBits);
        if (Vector512.IsHardwareAccelerated)
            Assert.Equal(expected, Map<Vec512<float>, float>(function, x), SameBits);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Float64_bits_are_equal_at_every_width(Function function)
    {
        double[] x = new double[1 << 14];
        for (int i = 0; i < x.Length; i++)
            x[i] = (i & 1) == 0 ? BitConverter.UInt64BitsToDouble((ulong)i * 1125899906842679u) : (i - 8192) * 0.0931;
        double[] expected = Map<Vec1<double>, double>(function, x);
        Assert.Equal(expected, Map<Vec128<double>, double>(function, x), SameBits);
        Assert.Equal(expected, Map<Vec256<double>, double>(function, x), SameBits);
        if (Vector512.IsHardwareAccelerated)
            Assert.Equal(expected, Map<Vec512<double>, double>(function, x), SameBits);
    }

    private static bool SameBits(float a, float b) =>
        float.IsNaN(a) ? float.IsNaN(b) : BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b);

    private static bool SameBits(double a, double b) =>
        double.IsNaN(a) ? double.IsNaN(b) : BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b);

    private static void AssertUlp(double expected, double actual) =>
        Assert.InRange(Math.Abs(actual - expected) / UnitInLastPlace(expected), 0, 4);

    private static double UnitInLastPlace(double x) => Math.BitIncrement(Math.Abs(x)) - Math.Abs(x);

    private static bool FlushesSubnormal(Function f) => f is Function.Exp or Function.Sigmoid;

    // Double precision, a few units of its last place: 1e-8 ulp of float32.
    private static double Reference(Function function, double x)
    {
        switch (function)
        {
            case Function.Exp: return Math.Exp(x);
            case Function.Log: return Math.Log(x);
            case Function.Tanh: return Math.Tanh(x);
            case Function.Sigmoid: return 1 / (1 + Math.Exp(-x));
            case Function.Sin: return Math.Sin(x);
            case Function.Cos: return Math.Cos(x);
            case Function.Expm1:
                // The quotient corrects what the rounding of e^x lost (W. Kahan, 1982).
                double e = Math.Exp(x);
                if (e == 1 || x == 0) return x;
                return e - 1 == -1 || double.IsInfinity(e) ? e - 1 : (e - 1) * x / Math.Log(e);
            case Function.Log1p:
                double u = 1 + x;
                if (u == 1) return x;
                return double.IsPositiveInfinity(u) ? u : Math.Log(u) * x / (u - 1);
            default:
                if (!(Math.Abs(x) < 6)) return double.IsNaN(x) ? x : Math.Sign(x);
                double z = 2 * x * x, term = x, sum = x;
                for (int k = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); k++) sum += term *= z / ((2 * k) + 1);
                return 1.1283791670955126 * Math.Exp(-x * x) * sum;
        }
    }

    private static DoubleDouble Reference(Function function, DoubleDouble x) => function switch
    {
        Function.Exp => DoubleDouble.Exp(x),
        Function.Expm1 => DoubleDouble.Expm1(x),
        Function.Log => DoubleDouble.Log(x),
        Function.Log1p => DoubleDouble.Log1p(x),
        Function.Tanh => DoubleDouble.Tanh(x),
        Function.Sigmoid => DoubleDouble.Sigmoid(x),
        Function.Erf => DoubleDouble.Erf(x),
        Function.Sin => DoubleDouble.Sin(x.High),
        _ => DoubleDouble.Cos(x.High),
    };

    private static float[] Widest(Function f, float[] x) => SimdInfo.Width switch
    {
        512 => Map<Vec512<float>, float>(f, x),
        256 => Map<Vec256<float>, float>(f, x),
        128 => Map<Vec128<float>, float>(f, x),
        _ => Map<Vec1<float>, float>(f, x),
    };

    private static double[] Widest(Function f, double[] x) => SimdInfo.Width switch
    {
        512 => Map<Vec512<double>, double>(f, x),
        256 => Map<Vec256<double>, double>(f, x),
        128 => Map<Vec128<double>, double>(f, x),
        _ => Map<Vec1<double>, double>(f, x),
    };

    private static T[] Map<V, T>(Function function, T[] x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        var y = new T[x.Length];
        fixed (T* from = x, to = y)
        {
            switch (function)
            {
                case Function.Exp: Loop<V, T, ExpOf>(from, to, x.Length); break;
                case Function.Expm1: Loop<V, T, Expm1Of>(from, to, x.Length); break;
                case Function.Log: Loop<V, T, LogOf>(from, to, x.Length); break;
                case Function.Log1p: Loop<V, T, Log1pOf>(from, to, x.Length); break;
                case Function.Tanh: Loop<V, T, TanhOf>(from, to, x.Length); break;
                case Function.Sigmoid: Loop<V, T, SigmoidOf>(from, to, x.Length); break;
                case Function.Erf: Loop<V, T, ErfOf>(from, to, x.Length); break;
                case Function.Sin: Loop<V, T, SinOf>(from, to, x.Length); break;
                case Function.Cos: Loop<V, T, CosOf>(from, to, x.Length); break;
            }
        }
        return y;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Loop<V, T, F>(T* x, T* y, int length)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
        where F : struct, IFunction
    {
        int i = 0;
        for (; i <= length - V.Count; i += V.Count) V.Store(y + i, F.Of<V, T>(V.Load(x + i)));
        if (i < length) V.StorePartial(y + i, F.Of<V, T>(V.LoadPartial(x + i, length - i)), length - i);
    }

    private interface IFunction
    {
        static abstract V Of<V, T>(V x)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>;
    }

    private readonly struct ExpOf : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V, T>(V x)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => V.Exp(x);
    }

    private readonly struct Expm1Of : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V, T>(V x)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => V.Expm1(x);
    }

    private readonly struct LogOf : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V, T>(V x)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => V.Log(x);
    }

    private readonly struct Log1pOf : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V, T>(V x)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => V.Log1p(x);
    }

    private readonly struct TanhOf : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V, T>(V x)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => V.Tanh(x);
    }

    private readonly struct SigmoidOf : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V, T>(V x)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => V.Sigmoid(x);
    }

    private readonly struct ErfOf : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V, T>(V x)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => V.Erf(x);
    }

    private readonly struct SinOf : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V, T>(V x)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => V.Sin(x);
    }

    private readonly struct CosOf : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V, T>(V x)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => V.Cos(x);
    }
}
