using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ChainRule.Kernels;

/// <summary>A register of 256 bits.</summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal readonly unsafe struct Vec256<T>(Vector256<T> value) : ISimdVec<Vec256<T>, T>
    where T : unmanaged, INumber<T>
{
    private readonly Vector256<T> v = value;

    private static bool Single
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float);
    }

    private static bool Real
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) || typeof(T) == typeof(double);
    }

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<T>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator +(Vec256<T> a, Vec256<T> b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator -(Vec256<T> a, Vec256<T> b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator *(Vec256<T> a, Vec256<T> b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator /(Vec256<T> a, Vec256<T> b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator -(Vec256<T> a) => new(-a.v);

    // Written out for the two real types: the generic conversion costs the compiler five inlined calls a constant.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Const(double value)
    {
        if (Single) return new(Vector256.Create((float)value).As<float, T>());
        return Real ? new(Vector256.Create(value).As<double, T>()) : new(Vector256.Create(T.CreateTruncating(value)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Broadcast(T value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Load(T* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* target, Vec256<T> value) => Vector256.Store(value.v, target);

    // A browser has no fused form and emulates it at a hundredth of the speed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Fma(Vec256<T> a, Vec256<T> b, Vec256<T> c)
    {
        if (OperatingSystem.IsBrowser() || !Real) return new((a.v * b.v) + c.v);
        return Single
            ? new(Vector256.MultiplyAddEstimate(a.v.AsSingle(), b.v.AsSingle(), c.v.AsSingle()).As<float, T>())
            : new(Vector256.MultiplyAddEstimate(a.v.AsDouble(), b.v.AsDouble(), c.v.AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Abs(Vec256<T> x) => new(Vector256.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Sqrt(Vec256<T> x) => new(Vector256.Sqrt(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Floor(Vec256<T> x)
    {
        if (!Real) return x;
        return Single
            ? new(Vector256.Floor(x.v.AsSingle()).As<float, T>())
            : new(Vector256.Floor(x.v.AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Ceiling(Vec256<T> x)
    {
        if (!Real) return x;
        return Single
            ? new(Vector256.Ceiling(x.v.AsSingle()).As<float, T>())
            : new(Vector256.Ceiling(x.v.AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Truncate(Vec256<T> x)
    {
        if (!Real) return x;
        return Single
            ? new(Vector256.Truncate(x.v.AsSingle()).As<float, T>())
            : new(Vector256.Truncate(x.v.AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Round(Vec256<T> x)
    {
        if (!Real) return x;
        return Single
            ? new(Vector256.Round(x.v.AsSingle()).As<float, T>())
            : new(Vector256.Round(x.v.AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Min(Vec256<T> a, Vec256<T> b) => new(Vector256.Min(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Max(Vec256<T> a, Vec256<T> b) => new(Vector256.Max(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> MinNative(Vec256<T> a, Vec256<T> b) => new(Vector256.MinNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> MaxNative(Vec256<T> a, Vec256<T> b) => new(Vector256.MaxNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Less(Vec256<T> a, Vec256<T> b) => new(Vector256.LessThan(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> LessOrEqual(Vec256<T> a, Vec256<T> b) => new(Vector256.LessThanOrEqual(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Equal(Vec256<T> a, Vec256<T> b) => new(Vector256.Equals(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> And(Vec256<T> mask, Vec256<T> other) => new(mask.v & other.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Or(Vec256<T> mask, Vec256<T> other) => new(mask.v | other.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Select(Vec256<T> mask, Vec256<T> whenTrue, Vec256<T> whenFalse) =>
        new(Vector256.ConditionalSelect(mask.v, whenTrue.v, whenFalse.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> CopySign(Vec256<T> magnitude, Vec256<T> sign) => new(Vector256.CopySign(magnitude.v, sign.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> ShiftLeft(Vec256<T> x, int count) => Single
        ? new((x.v.AsInt32() << count).As<int, T>())
        : new((x.v.AsInt64() << count).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> TestBit(Vec256<T> x, int bit) => Single
        ? new((~Vector256.Equals(x.v.AsInt32() & Vector256.Create(1 << bit), Vector256<int>.Zero)).As<int, T>())
        : new((~Vector256.Equals(x.v.AsInt64() & Vector256.Create(1L << bit), Vector256<long>.Zero)).As<long, T>());

    // 2^n as a product of two powers that exist for every n allowed: the biased n in the low bits of a sum is halved.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> ScaleByPowerOfTwo(Vec256<T> x, Vec256<T> n)
    {
        if (Avx512F.VL.IsSupported)
        {
            return Single
                ? new(Avx512F.VL.Scale(x.v.AsSingle(), n.v.AsSingle()).As<float, T>())
                : new(Avx512F.VL.Scale(x.v.AsDouble(), n.v.AsDouble()).As<double, T>());
        }
        if (Single)
        {
            Vector256<int> biased = (n.v.AsSingle() + Vector256.Create(12582912f + 254)).AsInt32();
            Vector256<int> low = biased >>> 1;
            return new((x.v.AsSingle() * (low << 23).AsSingle() * ((biased - low) << 23).AsSingle()).As<float, T>());
        }
        Vector256<long> biasedLong = (n.v.AsDouble() + Vector256.Create(6755399441055744.0 + 2046)).AsInt64();
        Vector256<long> lowLong = biasedLong >>> 1;
        return new(
            (x.v.AsDouble() * (lowLong << 52).AsDouble() * ((biasedLong - lowLong) << 52).AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Exponent(Vec256<T> x)
    {
        if (Avx512F.VL.IsSupported)
        {
            return Single
                ? new(Avx512F.VL.GetExponent(x.v.AsSingle()).As<float, T>())
                : new(Avx512F.VL.GetExponent(x.v.AsDouble()).As<double, T>());
        }
        if (Single)
        {
            Vector256<float> size = Vector256.Abs(x.v.AsSingle());
            Vector256<float> e = Vector256.ConvertToSingle(Normalized(size).AsInt32() >>> 23) - Vector256.ConditionalSelect(
                Vector256.LessThan(size, Vector256.Create(1.17549435E-38f)), Vector256.Create(150f), Vector256.Create(127f));
            e = Vector256.ConditionalSelect(Vector256.LessThan(size, Vector256.Create(float.PositiveInfinity)), e, size);
            return new(Vector256.ConditionalSelect(
                Vector256.Equals(size, Vector256<float>.Zero), Vector256.Create(float.NegativeInfinity), e).As<float, T>());
        }
        Vector256<double> sizeDouble = Vector256.Abs(x.v.AsDouble());
        Vector256<double> eDouble = FromInt64(Normalized(sizeDouble).AsInt64() >>> 52) - Vector256.ConditionalSelect(
            Vector256.LessThan(sizeDouble, Vector256.Create(2.2250738585072014E-308)), Vector256.Create(1075.0), Vector256.Create(1023.0));
        eDouble = Vector256.ConditionalSelect(
            Vector256.LessThan(sizeDouble, Vector256.Create(double.PositiveInfinity)), eDouble, sizeDouble);
        return new(Vector256.ConditionalSelect(Vector256.Equals(sizeDouble, Vector256<double>.Zero),
            Vector256.Create(double.NegativeInfinity), eDouble).As<double, T>());
    }

    // The highest bit of the fraction is moved to the exponent, where it halves what is at or above 1.5.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Mantissa(Vec256<T> x)
    {
        if (Avx512F.VL.IsSupported)
        {
            return Single
                ? new(Avx512F.VL.GetMantissa(x.v.AsSingle(), SimdInfo.MantissaAroundOne).As<float, T>())
                : new(Avx512F.VL.GetMantissa(x.v.AsDouble(), SimdInfo.MantissaAroundOne).As<double, T>());
        }
        if (Single)
        {
            Vector256<int> bits = Normalized(x.v.AsSingle()).AsInt32() & Vector256.Create(0x007FFFFF);
            bits = (bits | Vector256.Create(0x3F800000)) - ((bits & Vector256.Create(0x00400000)) << 1);
            return new(Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(x.v.AsSingle(), Vector256<float>.Zero), bits.AsSingle(),
                Vector256.Create(float.NaN)).As<float, T>());
        }
        Vector256<long> wide = Normalized(x.v.AsDouble()).AsInt64() & Vector256.Create(0x000FFFFFFFFFFFFF);
        wide = (wide | Vector256.Create(0x3FF0000000000000)) - ((wide & Vector256.Create(0x0008000000000000)) << 1);
        return new(Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(x.v.AsDouble(), Vector256<double>.Zero), wide.AsDouble(),
            Vector256.Create(double.NaN)).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Vec256<T> x) => Vec128<T>.Sum(new(x.v.GetLower() + x.v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(Vec256<T> x) => Vec128<T>.MaxLane(new(Vector128.Max(x.v.GetLower(), x.v.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinLane(Vec256<T> x) => Vec128<T>.MinLane(new(Vector128.Min(x.v.GetLower(), x.v.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(Vec256<T> mask) => Vector256.ExtractMostSignificantBits(mask.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Exp(Vec256<T> x) => VectorMath.Exp<Vec256<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Expm1(Vec256<T> x) => VectorMath.Expm1<Vec256<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Log(Vec256<T> x) => VectorMath.Log<Vec256<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Log1p(Vec256<T> x) => VectorMath.Log1p<Vec256<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Tanh(Vec256<T> x) => VectorMath.Tanh<Vec256<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Sigmoid(Vec256<T> x) => VectorMath.Sigmoid<Vec256<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Erf(Vec256<T> x) => VectorMath.Erf<Vec256<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Sin(Vec256<T> x) => VectorMath.Sin<Vec256<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Cos(Vec256<T> x) => VectorMath.Cos<Vec256<T>, T>(x);

    // Only integers of magnitude below 2^51 come here: added to the pattern of 1.5 * 2^52 they are the low bits of its
    // fraction (no 64-bit conversion instruction exists below AVX-512).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> FromInt64(Vector256<long> n) =>
        (n + Vector256.Create(6755399441055744.0).AsInt64()).AsDouble() - Vector256.Create(6755399441055744.0);

    // Subnormal numbers times 2^23 (2^52): a product of normal numbers is left as it is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Normalized(Vector256<float> x) => Vector256.ConditionalSelect(
        Vector256.LessThan(x, Vector256.Create(1.17549435E-38f)), x * Vector256.Create(8388608f), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Normalized(Vector256<double> x) => Vector256.ConditionalSelect(
        Vector256.LessThan(x, Vector256.Create(2.2250738585072014E-308)), x * Vector256.Create(4503599627370496.0), x);
}
