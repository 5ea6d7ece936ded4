using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ChainRule.Kernels;

/// <summary>A register of 256 bits.</summary>
/// <remarks>
/// Operations fill the field in an initialiser and ask for their type in place: a constructor and a property would be
/// one more inlined call each, and the compiler stops inlining at 512 locals, which two or three elementary functions
/// in one loop reach.
/// </remarks>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal unsafe struct Vec256<T>(Vector256<T> value) : ISimdVec<Vec256<T>, T>
    where T : unmanaged, INumber<T>
{
    private Vector256<T> v = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<T>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator +(Vec256<T> a, Vec256<T> b) => new() { v = a.v + b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator -(Vec256<T> a, Vec256<T> b) => new() { v = a.v - b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator *(Vec256<T> a, Vec256<T> b) => new() { v = a.v * b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator /(Vec256<T> a, Vec256<T> b) => new() { v = a.v / b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> operator -(Vec256<T> a) => new() { v = -a.v };

    // Written out for the two real types: the generic conversion costs the compiler five inlined calls a constant.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Const(double value)
    {
        if (typeof(T) == typeof(float)) return new() { v = Vector256.Create((float)value).As<float, T>() };
        if (typeof(T) == typeof(double)) return new() { v = Vector256.Create(value).As<double, T>() };
        return new() { v = Vector256.Create(T.CreateTruncating(value)) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Broadcast(T value) => new() { v = Vector256.Create(value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Load(T* source) => new() { v = Vector256.Load(source) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* target, Vec256<T> value) => Vector256.Store(value.v, target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Fma(Vec256<T> a, Vec256<T> b, Vec256<T> c)
    {
        if (typeof(T) == typeof(float))
        {
            Vector256<float> y = Vector256.MultiplyAddEstimate(a.v.AsSingle(), b.v.AsSingle(), c.v.AsSingle());
            return new() { v = y.As<float, T>() };
        }
        if (typeof(T) == typeof(double))
        {
            Vector256<double> y = Vector256.MultiplyAddEstimate(a.v.AsDouble(), b.v.AsDouble(), c.v.AsDouble());
            return new() { v = y.As<double, T>() };
        }
        return new() { v = (a.v * b.v) + c.v };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Abs(Vec256<T> x) => new() { v = Vector256.Abs(x.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Sqrt(Vec256<T> x) => new() { v = Vector256.Sqrt(x.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Floor(Vec256<T> x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return x;
        return typeof(T) == typeof(float)
            ? new() { v = Vector256.Floor(x.v.AsSingle()).As<float, T>() }
            : new() { v = Vector256.Floor(x.v.AsDouble()).As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Ceiling(Vec256<T> x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return x;
        return typeof(T) == typeof(float)
            ? new() { v = Vector256.Ceiling(x.v.AsSingle()).As<float, T>() }
            : new() { v = Vector256.Ceiling(x.v.AsDouble()).As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Truncate(Vec256<T> x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return x;
        return typeof(T) == typeof(float)
            ? new() { v = Vector256.Truncate(x.v.AsSingle()).As<float, T>() }
            : new() { v = Vector256.Truncate(x.v.AsDouble()).As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Round(Vec256<T> x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return x;
        return typeof(T) == typeof(float)
            ? new() { v = Vector256.Round(x.v.AsSingle()).As<float, T>() }
            : new() { v = Vector256.Round(x.v.AsDouble()).As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Min(Vec256<T> a, Vec256<T> b) => new() { v = Vector256.Min(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Max(Vec256<T> a, Vec256<T> b) => new() { v = Vector256.Max(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> MinNative(Vec256<T> a, Vec256<T> b) => new() { v = Vector256.MinNative(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> MaxNative(Vec256<T> a, Vec256<T> b) => new() { v = Vector256.MaxNative(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Less(Vec256<T> a, Vec256<T> b) => new() { v = Vector256.LessThan(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> LessOrEqual(Vec256<T> a, Vec256<T> b) => new() { v = Vector256.LessThanOrEqual(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Equal(Vec256<T> a, Vec256<T> b) => new() { v = Vector256.Equals(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> And(Vec256<T> mask, Vec256<T> other) => new() { v = mask.v & other.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Or(Vec256<T> mask, Vec256<T> other) => new() { v = mask.v | other.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Select(Vec256<T> mask, Vec256<T> whenTrue, Vec256<T> whenFalse) =>
        new() { v = Vector256.ConditionalSelect(mask.v, whenTrue.v, whenFalse.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> CopySign(Vec256<T> magnitude, Vec256<T> sign) =>
        new() { v = Vector256.CopySign(magnitude.v, sign.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> ShiftLeft(Vec256<T> x, int count) => typeof(T) == typeof(float)
        ? new() { v = (x.v.AsInt32() << count).As<int, T>() }
        : new() { v = (x.v.AsInt64() << count).As<long, T>() };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> TestBit(Vec256<T> x, int bit) => typeof(T) == typeof(float)
        ? new((~Vector256.Equals(x.v.AsInt32() & Vector256.Create(1 << bit), Vector256<int>.Zero)).As<int, T>())
        : new((~Vector256.Equals(x.v.AsInt64() & Vector256.Create(1L << bit), Vector256<long>.Zero)).As<long, T>());

    // 2^n as a product of two powers that exist for every n allowed: the biased n in the low bits of a sum is halved.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> ScaleByPowerOfTwo(Vec256<T> x, Vec256<T> n)
    {
        if (Avx512F.VL.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? new() { v = Avx512F.VL.Scale(x.v.AsSingle(), n.v.AsSingle()).As<float, T>() }
                : new() { v = Avx512F.VL.Scale(x.v.AsDouble(), n.v.AsDouble()).As<double, T>() };
        }
        if (typeof(T) == typeof(float))
        {
            Vector256<int> biased = (n.v.AsSingle() + Vector256.Create(12582912f + 254)).AsInt32();
            Vector256<int> low = biased >>> 1;
            Vector256<float> y = x.v.AsSingle() * (low << 23).AsSingle() * ((biased - low) << 23).AsSingle();
            return new() { v = y.As<float, T>() };
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
            return typeof(T) == typeof(float)
                ? new() { v = Avx512F.VL.GetExponent(x.v.AsSingle()).As<float, T>() }
                : new() { v = Avx512F.VL.GetExponent(x.v.AsDouble()).As<double, T>() };
        }
        if (typeof(T) == typeof(float))
        {
            Vector256<float> size = Vector256.Abs(x.v.AsSingle());
            Vector256<float> subnormal = Vector256.LessThan(size, Vector256.Create(1.17549435E-38f));
            Vector256<float> bias =
                Vector256.ConditionalSelect(subnormal, Vector256.Create(150f), Vector256.Create(127f));
            Vector256<float> e = Vector256.ConvertToSingle(Normalized(size).AsInt32() >>> 23) - bias;
            Vector256<float> infinite = Vector256.Create(float.PositiveInfinity);
            e = Vector256.ConditionalSelect(Vector256.LessThan(size, infinite), e, size);
            e = Vector256.ConditionalSelect(Vector256.Equals(size, Vector256<float>.Zero), -infinite, e);
            return new() { v = e.As<float, T>() };
        }
        Vector256<double> sizeWide = Vector256.Abs(x.v.AsDouble());
        Vector256<double> subnormalWide = Vector256.LessThan(sizeWide, Vector256.Create(2.2250738585072014E-308));
        Vector256<double> biasWide =
            Vector256.ConditionalSelect(subnormalWide, Vector256.Create(1075.0), Vector256.Create(1023.0));
        Vector256<double> eWide = FromInt64(Normalized(sizeWide).AsInt64() >>> 52) - biasWide;
        Vector256<double> infiniteWide = Vector256.Create(double.PositiveInfinity);
        eWide = Vector256.ConditionalSelect(Vector256.LessThan(sizeWide, infiniteWide), eWide, sizeWide);
        eWide = Vector256.ConditionalSelect(Vector256.Equals(sizeWide, Vector256<double>.Zero), -infiniteWide, eWide);
        return new() { v = eWide.As<double, T>() };
    }

    // The highest bit of the fraction is moved to the exponent, where it halves what is at or above 1.5.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Mantissa(Vec256<T> x)
    {
        if (Avx512F.VL.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? new() { v = Avx512F.VL.GetMantissa(x.v.AsSingle(), SimdInfo.MantissaAroundOne).As<float, T>() }
                : new() { v = Avx512F.VL.GetMantissa(x.v.AsDouble(), SimdInfo.MantissaAroundOne).As<double, T>() };
        }
        if (typeof(T) == typeof(float))
        {
            Vector256<int> bits = Normalized(x.v.AsSingle()).AsInt32() & Vector256.Create(0x007FFFFF);
            bits = (bits | Vector256.Create(0x3F800000)) - ((bits & Vector256.Create(0x00400000)) << 1);
            Vector256<float> positive = Vector256.GreaterThanOrEqual(x.v.AsSingle(), Vector256<float>.Zero);
            Vector256<float> m = Vector256.ConditionalSelect(positive, bits.AsSingle(), Vector256.Create(float.NaN));
            return new() { v = m.As<float, T>() };
        }
        Vector256<long> wide = Normalized(x.v.AsDouble()).AsInt64() & Vector256.Create(0x000FFFFFFFFFFFFF);
        wide = (wide | Vector256.Create(0x3FF0000000000000)) - ((wide & Vector256.Create(0x0008000000000000)) << 1);
        Vector256<double> positiveWide = Vector256.GreaterThanOrEqual(x.v.AsDouble(), Vector256<double>.Zero);
        Vector256<double> nan = Vector256.Create(double.NaN);
        Vector256<double> mWide = Vector256.ConditionalSelect(positiveWide, wide.AsDouble(), nan);
        return new() { v = mWide.As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Vec256<T> x) => Vec128<T>.Sum(new(x.v.GetLower() + x.v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sums(Vec256<T> a, Vec256<T> b, Vec256<T> c, Vec256<T> d, T* target) => Vec128<T>.Sums(
        new(a.v.GetLower() + a.v.GetUpper()), new(b.v.GetLower() + b.v.GetUpper()),
        new(c.v.GetLower() + c.v.GetUpper()), new(d.v.GetLower() + d.v.GetUpper()), target);

    // Numbers of 32 bits are halves of 64-bit ones, which narrow and widen in order on every machine.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Even(Vec256<T> a, Vec256<T> b) => sizeof(T) == 4
        ? new() { v = Vector256.Narrow(a.v.AsUInt64(), b.v.AsUInt64()).As<uint, T>() }
        : new() { v = Vector256.Create(Pairs(a.v, false), Pairs(b.v, false)) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Odd(Vec256<T> a, Vec256<T> b) => sizeof(T) == 4
        ? new() { v = Vector256.Narrow(a.v.AsUInt64() >>> 32, b.v.AsUInt64() >>> 32).As<uint, T>() }
        : new() { v = Vector256.Create(Pairs(a.v, true), Pairs(b.v, true)) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Pairs(Vector256<T> x, bool odd) => odd
        ? Vector128.Create(x.GetLower().GetUpper(), x.GetUpper().GetUpper())
        : Vector128.Create(x.GetLower().GetLower(), x.GetUpper().GetLower());

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> LoadPartial(T* source, int count)
    {
        if (Avx.IsSupported && typeof(T) == typeof(float))
        {
            Vector256<float> mask = Vector256.LessThan(Vector256<float>.Indices, Vector256.Create((float)count));
            Vector256<float> lanes = Avx512F.VL.IsSupported
                ? Avx512F.VL.MaskLoad((float*)source, mask, Vector256<float>.Zero)
                : Avx.MaskLoad((float*)source, mask);
            return new() { v = lanes.As<float, T>() };
        }
        if (Avx.IsSupported && typeof(T) == typeof(double))
        {
            Vector256<double> mask = Vector256.LessThan(Vector256<double>.Indices, Vector256.Create((double)count));
            Vector256<double> lanes = Avx512F.VL.IsSupported
                ? Avx512F.VL.MaskLoad((double*)source, mask, Vector256<double>.Zero)
                : Avx.MaskLoad((double*)source, mask);
            return new() { v = lanes.As<double, T>() };
        }
        T* copy = stackalloc T[Count];
        for (int i = 0; i < Count; i++) copy[i] = i < count ? source[i] : default;
        return Load(copy);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(T* target, Vec256<T> value, int count)
    {
        if (Avx.IsSupported && typeof(T) == typeof(float))
        {
            Vector256<float> mask = Vector256.LessThan(Vector256<float>.Indices, Vector256.Create((float)count));
            if (Avx512F.VL.IsSupported) Avx512F.VL.MaskStore((float*)target, mask, value.v.AsSingle());
            else Avx.MaskStore((float*)target, mask, value.v.AsSingle());
            return;
        }
        if (Avx.IsSupported && typeof(T) == typeof(double))
        {
            Vector256<double> mask = Vector256.LessThan(Vector256<double>.Indices, Vector256.Create((double)count));
            if (Avx512F.VL.IsSupported) Avx512F.VL.MaskStore((double*)target, mask, value.v.AsDouble());
            else Avx.MaskStore((double*)target, mask, value.v.AsDouble());
            return;
        }
        T* lanes = stackalloc T[Count];
        Store(lanes, value);
        for (int i = 0; i < count; i++) target[i] = lanes[i];
    }
}
