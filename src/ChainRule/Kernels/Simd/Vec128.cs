using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Wasm;
using System.Runtime.Intrinsics.X86;

namespace ChainRule.Kernels;

/// <summary>A register of 128 bits.</summary>
/// <remarks>
/// Operations fill the field in an initialiser and ask for their type in place: a constructor and a property would be
/// one more inlined call each, and the compiler stops inlining at 512 locals, which two or three elementary functions
/// in one loop reach.
/// </remarks>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal unsafe struct Vec128<T>(Vector128<T> value) : ISimdVec<Vec128<T>, T>
    where T : unmanaged, INumber<T>
{
    private Vector128<T> v = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<T>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator +(Vec128<T> a, Vec128<T> b) => new() { v = a.v + b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator -(Vec128<T> a, Vec128<T> b) => new() { v = a.v - b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator *(Vec128<T> a, Vec128<T> b) => new() { v = a.v * b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator /(Vec128<T> a, Vec128<T> b) => new() { v = a.v / b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator -(Vec128<T> a) => new() { v = -a.v };

    // Written out for the two real types: the generic conversion costs the compiler five inlined calls a constant.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Const(double value)
    {
        if (typeof(T) == typeof(float)) return new() { v = Vector128.Create((float)value).As<float, T>() };
        if (typeof(T) == typeof(double)) return new() { v = Vector128.Create(value).As<double, T>() };
        return new() { v = Vector128.Create(T.CreateTruncating(value)) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Broadcast(T value) => new() { v = Vector128.Create(value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Load(T* source) => new() { v = Vector128.Load(source) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* target, Vec128<T> value) => Vector128.Store(value.v, target);

    // A browser has no fused form and emulates it at a hundredth of the speed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Fma(Vec128<T> a, Vec128<T> b, Vec128<T> c)
    {
        if (PackedSimd.IsSupported) return new() { v = (a.v * b.v) + c.v };
        if (typeof(T) == typeof(float))
        {
            Vector128<float> y = Vector128.MultiplyAddEstimate(a.v.AsSingle(), b.v.AsSingle(), c.v.AsSingle());
            return new() { v = y.As<float, T>() };
        }
        if (typeof(T) == typeof(double))
        {
            Vector128<double> y = Vector128.MultiplyAddEstimate(a.v.AsDouble(), b.v.AsDouble(), c.v.AsDouble());
            return new() { v = y.As<double, T>() };
        }
        return new() { v = (a.v * b.v) + c.v };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Abs(Vec128<T> x) => new() { v = Vector128.Abs(x.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Sqrt(Vec128<T> x) => new() { v = Vector128.Sqrt(x.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Floor(Vec128<T> x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return x;
        return typeof(T) == typeof(float)
            ? new() { v = Vector128.Floor(x.v.AsSingle()).As<float, T>() }
            : new() { v = Vector128.Floor(x.v.AsDouble()).As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Ceiling(Vec128<T> x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return x;
        return typeof(T) == typeof(float)
            ? new() { v = Vector128.Ceiling(x.v.AsSingle()).As<float, T>() }
            : new() { v = Vector128.Ceiling(x.v.AsDouble()).As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Truncate(Vec128<T> x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return x;
        return typeof(T) == typeof(float)
            ? new() { v = Vector128.Truncate(x.v.AsSingle()).As<float, T>() }
            : new() { v = Vector128.Truncate(x.v.AsDouble()).As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Round(Vec128<T> x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return x;
        return typeof(T) == typeof(float)
            ? new() { v = Vector128.Round(x.v.AsSingle()).As<float, T>() }
            : new() { v = Vector128.Round(x.v.AsDouble()).As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Min(Vec128<T> a, Vec128<T> b) => new() { v = Vector128.Min(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Max(Vec128<T> a, Vec128<T> b) => new() { v = Vector128.Max(a.v, b.v) };

    // A browser's plain minimum and maximum already hand NaN on, its native ones need not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> MinNative(Vec128<T> a, Vec128<T> b)
    {
        if (PackedSimd.IsSupported) return new() { v = Vector128.Min(a.v, b.v) };
        return new() { v = Vector128.MinNative(a.v, b.v) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> MaxNative(Vec128<T> a, Vec128<T> b)
    {
        if (PackedSimd.IsSupported) return new() { v = Vector128.Max(a.v, b.v) };
        return new() { v = Vector128.MaxNative(a.v, b.v) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Less(Vec128<T> a, Vec128<T> b) => new() { v = Vector128.LessThan(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> LessOrEqual(Vec128<T> a, Vec128<T> b) => new() { v = Vector128.LessThanOrEqual(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Equal(Vec128<T> a, Vec128<T> b) => new() { v = Vector128.Equals(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> And(Vec128<T> mask, Vec128<T> other) => new() { v = mask.v & other.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Or(Vec128<T> mask, Vec128<T> other) => new() { v = mask.v | other.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Select(Vec128<T> mask, Vec128<T> whenTrue, Vec128<T> whenFalse) =>
        new() { v = Vector128.ConditionalSelect(mask.v, whenTrue.v, whenFalse.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> CopySign(Vec128<T> magnitude, Vec128<T> sign) =>
        new() { v = Vector128.CopySign(magnitude.v, sign.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> ShiftLeft(Vec128<T> x, int count) => typeof(T) == typeof(float)
        ? new() { v = (x.v.AsInt32() << count).As<int, T>() }
        : new() { v = (x.v.AsInt64() << count).As<long, T>() };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> TestBit(Vec128<T> x, int bit) => typeof(T) == typeof(float)
        ? new((~Vector128.Equals(x.v.AsInt32() & Vector128.Create(1 << bit), Vector128<int>.Zero)).As<int, T>())
        : new((~Vector128.Equals(x.v.AsInt64() & Vector128.Create(1L << bit), Vector128<long>.Zero)).As<long, T>());

    // 2^n as a product of two powers that exist for every n allowed: the biased n in the low bits of a sum is halved.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> ScaleByPowerOfTwo(Vec128<T> x, Vec128<T> n)
    {
        if (Avx512F.VL.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? new() { v = Avx512F.VL.Scale(x.v.AsSingle(), n.v.AsSingle()).As<float, T>() }
                : new() { v = Avx512F.VL.Scale(x.v.AsDouble(), n.v.AsDouble()).As<double, T>() };
        }
        if (typeof(T) == typeof(float))
        {
            Vector128<int> biased = (n.v.AsSingle() + Vector128.Create(12582912f + 254)).AsInt32();
            Vector128<int> low = biased >>> 1;
            Vector128<float> y = x.v.AsSingle() * (low << 23).AsSingle() * ((biased - low) << 23).AsSingle();
            return new() { v = y.As<float, T>() };
        }
        Vector128<long> biasedLong = (n.v.AsDouble() + Vector128.Create(6755399441055744.0 + 2046)).AsInt64();
        Vector128<long> lowLong = biasedLong >>> 1;
        return new(
            (x.v.AsDouble() * (lowLong << 52).AsDouble() * ((biasedLong - lowLong) << 52).AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Exponent(Vec128<T> x)
    {
        if (Avx512F.VL.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? new() { v = Avx512F.VL.GetExponent(x.v.AsSingle()).As<float, T>() }
                : new() { v = Avx512F.VL.GetExponent(x.v.AsDouble()).As<double, T>() };
        }
        if (typeof(T) == typeof(float))
        {
            Vector128<float> size = Vector128.Abs(x.v.AsSingle());
            Vector128<float> subnormal = Vector128.LessThan(size, Vector128.Create(1.17549435E-38f));
            Vector128<float> bias =
                Vector128.ConditionalSelect(subnormal, Vector128.Create(150f), Vector128.Create(127f));
            Vector128<float> e = Vector128.ConvertToSingle(Normalized(size).AsInt32() >>> 23) - bias;
            Vector128<float> infinite = Vector128.Create(float.PositiveInfinity);
            e = Vector128.ConditionalSelect(Vector128.LessThan(size, infinite), e, size);
            e = Vector128.ConditionalSelect(Vector128.Equals(size, Vector128<float>.Zero), -infinite, e);
            return new() { v = e.As<float, T>() };
        }
        Vector128<double> sizeWide = Vector128.Abs(x.v.AsDouble());
        Vector128<double> subnormalWide = Vector128.LessThan(sizeWide, Vector128.Create(2.2250738585072014E-308));
        Vector128<double> biasWide =
            Vector128.ConditionalSelect(subnormalWide, Vector128.Create(1075.0), Vector128.Create(1023.0));
        Vector128<double> eWide = FromInt64(Normalized(sizeWide).AsInt64() >>> 52) - biasWide;
        Vector128<double> infiniteWide = Vector128.Create(double.PositiveInfinity);
        eWide = Vector128.ConditionalSelect(Vector128.LessThan(sizeWide, infiniteWide), eWide, sizeWide);
        eWide = Vector128.ConditionalSelect(Vector128.Equals(sizeWide, Vector128<double>.Zero), -infiniteWide, eWide);
        return new() { v = eWide.As<double, T>() };
    }

    // The highest bit of the fraction is moved to the exponent, where it halves what is at or above 1.5.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Mantissa(Vec128<T> x)
    {
        if (Avx512F.VL.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? new() { v = Avx512F.VL.GetMantissa(x.v.AsSingle(), SimdInfo.MantissaAroundOne).As<float, T>() }
                : new() { v = Avx512F.VL.GetMantissa(x.v.AsDouble(), SimdInfo.MantissaAroundOne).As<double, T>() };
        }
        if (typeof(T) == typeof(float))
        {
            Vector128<int> bits = Normalized(x.v.AsSingle()).AsInt32() & Vector128.Create(0x007FFFFF);
            bits = (bits | Vector128.Create(0x3F800000)) - ((bits & Vector128.Create(0x00400000)) << 1);
            Vector128<float> positive = Vector128.GreaterThanOrEqual(x.v.AsSingle(), Vector128<float>.Zero);
            Vector128<float> m = Vector128.ConditionalSelect(positive, bits.AsSingle(), Vector128.Create(float.NaN));
            return new() { v = m.As<float, T>() };
        }
        Vector128<long> wide = Normalized(x.v.AsDouble()).AsInt64() & Vector128.Create(0x000FFFFFFFFFFFFF);
        wide = (wide | Vector128.Create(0x3FF0000000000000)) - ((wide & Vector128.Create(0x0008000000000000)) << 1);
        Vector128<double> positiveWide = Vector128.GreaterThanOrEqual(x.v.AsDouble(), Vector128<double>.Zero);
        Vector128<double> nan = Vector128.Create(double.NaN);
        Vector128<double> mWide = Vector128.ConditionalSelect(positiveWide, wide.AsDouble(), nan);
        return new() { v = mWide.As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Vec128<T> x) => Fold128.Sum(x.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sums(Vec128<T> a, Vec128<T> b, Vec128<T> c, Vec128<T> d, T* target) =>
        Fold128.Sums(a.v, b.v, c.v, d.v, target);

    // Numbers of 32 bits are halves of 64-bit ones, which narrow and widen in order on every machine.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Even(Vec128<T> a, Vec128<T> b) => sizeof(T) == 4
        ? new() { v = Vector128.Narrow(a.v.AsUInt64(), b.v.AsUInt64()).As<uint, T>() }
        : new() { v = Vector128.Create(a.v.GetLower(), b.v.GetLower()) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Odd(Vec128<T> a, Vec128<T> b) => sizeof(T) == 4
        ? new() { v = Vector128.Narrow(a.v.AsUInt64() >>> 32, b.v.AsUInt64() >>> 32).As<uint, T>() }
        : new() { v = Vector128.Create(a.v.GetUpper(), b.v.GetUpper()) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(Vec128<T> x) => Fold128.Max(x.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinLane(Vec128<T> x) => Fold128.Min(x.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(Vec128<T> mask) => Vector128.ExtractMostSignificantBits(mask.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Exp(Vec128<T> x) => VectorMath.Exp<Vec128<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Expm1(Vec128<T> x) => VectorMath.Expm1<Vec128<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Log(Vec128<T> x) => VectorMath.Log<Vec128<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Log1p(Vec128<T> x) => VectorMath.Log1p<Vec128<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Tanh(Vec128<T> x) => VectorMath.Tanh<Vec128<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Sigmoid(Vec128<T> x) => VectorMath.Sigmoid<Vec128<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Erf(Vec128<T> x) => VectorMath.Erf<Vec128<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Sin(Vec128<T> x) => VectorMath.Sin<Vec128<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Cos(Vec128<T> x) => VectorMath.Cos<Vec128<T>, T>(x);

    // Only integers of magnitude below 2^51 come here: added to the pattern of 1.5 * 2^52 they are the low bits of its
    // fraction (no 64-bit conversion instruction exists below AVX-512).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> FromInt64(Vector128<long> n) =>
        (n + Vector128.Create(6755399441055744.0).AsInt64()).AsDouble() - Vector128.Create(6755399441055744.0);

    // Subnormal numbers times 2^23 (2^52): a product of normal numbers is left as it is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Normalized(Vector128<float> x) => Vector128.ConditionalSelect(
        Vector128.LessThan(x, Vector128.Create(1.17549435E-38f)), x * Vector128.Create(8388608f), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Normalized(Vector128<double> x) => Vector128.ConditionalSelect(
        Vector128.LessThan(x, Vector128.Create(2.2250738585072014E-308)), x * Vector128.Create(4503599627370496.0), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> LoadPartial(T* source, int count)
    {
        if (Avx.IsSupported && typeof(T) == typeof(float))
        {
            Vector128<float> mask = Vector128.LessThan(Vector128<float>.Indices, Vector128.Create((float)count));
            Vector128<float> lanes = Avx512F.VL.IsSupported
                ? Avx512F.VL.MaskLoad((float*)source, mask, Vector128<float>.Zero)
                : Avx.MaskLoad((float*)source, mask);
            return new() { v = lanes.As<float, T>() };
        }
        if (Avx.IsSupported && typeof(T) == typeof(double))
        {
            Vector128<double> mask = Vector128.LessThan(Vector128<double>.Indices, Vector128.Create((double)count));
            Vector128<double> lanes = Avx512F.VL.IsSupported
                ? Avx512F.VL.MaskLoad((double*)source, mask, Vector128<double>.Zero)
                : Avx.MaskLoad((double*)source, mask);
            return new() { v = lanes.As<double, T>() };
        }
        T* copy = stackalloc T[Count];
        for (int i = 0; i < Count; i++) copy[i] = i < count ? source[i] : default;
        return Load(copy);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(T* target, Vec128<T> value, int count)
    {
        if (Avx.IsSupported && typeof(T) == typeof(float))
        {
            Vector128<float> mask = Vector128.LessThan(Vector128<float>.Indices, Vector128.Create((float)count));
            if (Avx512F.VL.IsSupported) Avx512F.VL.MaskStore((float*)target, mask, value.v.AsSingle());
            else Avx.MaskStore((float*)target, mask, value.v.AsSingle());
            return;
        }
        if (Avx.IsSupported && typeof(T) == typeof(double))
        {
            Vector128<double> mask = Vector128.LessThan(Vector128<double>.Indices, Vector128.Create((double)count));
            if (Avx512F.VL.IsSupported) Avx512F.VL.MaskStore((double*)target, mask, value.v.AsDouble());
            else Avx.MaskStore((double*)target, mask, value.v.AsDouble());
            return;
        }
        T* lanes = stackalloc T[Count];
        Store(lanes, value);
        for (int i = 0; i < count; i++) target[i] = lanes[i];
    }
}
