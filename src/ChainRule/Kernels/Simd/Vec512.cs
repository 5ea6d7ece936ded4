using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ChainRule.Kernels;

/// <summary>A register of 512 bits.</summary>
/// <remarks>
/// Operations fill the field in an initialiser and ask for their type in place: a constructor and a property would be
/// one more inlined call each, and the compiler stops inlining at 512 locals, which two or three elementary functions
/// in one loop reach.
/// </remarks>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal unsafe struct Vec512<T>(Vector512<T> value) : ISimdVec<Vec512<T>, T>
    where T : unmanaged, INumber<T>
{
    private Vector512<T> v = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<T>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> operator +(Vec512<T> a, Vec512<T> b) => new() { v = a.v + b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> operator -(Vec512<T> a, Vec512<T> b) => new() { v = a.v - b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> operator *(Vec512<T> a, Vec512<T> b) => new() { v = a.v * b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> operator /(Vec512<T> a, Vec512<T> b) => new() { v = a.v / b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> operator -(Vec512<T> a) => new() { v = -a.v };

    // Written out for the two real types: the generic conversion costs the compiler five inlined calls a constant.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Const(double value)
    {
        if (typeof(T) == typeof(float)) return new() { v = Vector512.Create((float)value).As<float, T>() };
        if (typeof(T) == typeof(double)) return new() { v = Vector512.Create(value).As<double, T>() };
        return new() { v = Vector512.Create(T.CreateTruncating(value)) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Broadcast(T value) => new() { v = Vector512.Create(value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Load(T* source) => new() { v = Vector512.Load(source) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* target, Vec512<T> value) => Vector512.Store(value.v, target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Fma(Vec512<T> a, Vec512<T> b, Vec512<T> c)
    {
        if (typeof(T) == typeof(float))
        {
            Vector512<float> y = Vector512.MultiplyAddEstimate(a.v.AsSingle(), b.v.AsSingle(), c.v.AsSingle());
            return new() { v = y.As<float, T>() };
        }
        if (typeof(T) == typeof(double))
        {
            Vector512<double> y = Vector512.MultiplyAddEstimate(a.v.AsDouble(), b.v.AsDouble(), c.v.AsDouble());
            return new() { v = y.As<double, T>() };
        }
        return new() { v = (a.v * b.v) + c.v };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Abs(Vec512<T> x) => new() { v = Vector512.Abs(x.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Sqrt(Vec512<T> x) => new() { v = Vector512.Sqrt(x.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Floor(Vec512<T> x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return x;
        return typeof(T) == typeof(float)
            ? new() { v = Vector512.Floor(x.v.AsSingle()).As<float, T>() }
            : new() { v = Vector512.Floor(x.v.AsDouble()).As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Ceiling(Vec512<T> x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return x;
        return typeof(T) == typeof(float)
            ? new() { v = Vector512.Ceiling(x.v.AsSingle()).As<float, T>() }
            : new() { v = Vector512.Ceiling(x.v.AsDouble()).As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Truncate(Vec512<T> x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return x;
        return typeof(T) == typeof(float)
            ? new() { v = Vector512.Truncate(x.v.AsSingle()).As<float, T>() }
            : new() { v = Vector512.Truncate(x.v.AsDouble()).As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Round(Vec512<T> x)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) return x;
        return typeof(T) == typeof(float)
            ? new() { v = Vector512.Round(x.v.AsSingle()).As<float, T>() }
            : new() { v = Vector512.Round(x.v.AsDouble()).As<double, T>() };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Min(Vec512<T> a, Vec512<T> b) => new() { v = Vector512.Min(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Max(Vec512<T> a, Vec512<T> b) => new() { v = Vector512.Max(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> MinNative(Vec512<T> a, Vec512<T> b) => new() { v = Vector512.MinNative(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> MaxNative(Vec512<T> a, Vec512<T> b) => new() { v = Vector512.MaxNative(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Less(Vec512<T> a, Vec512<T> b) => new() { v = Vector512.LessThan(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> LessOrEqual(Vec512<T> a, Vec512<T> b) => new() { v = Vector512.LessThanOrEqual(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Equal(Vec512<T> a, Vec512<T> b) => new() { v = Vector512.Equals(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> And(Vec512<T> mask, Vec512<T> other) => new() { v = mask.v & other.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Or(Vec512<T> mask, Vec512<T> other) => new() { v = mask.v | other.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Select(Vec512<T> mask, Vec512<T> whenTrue, Vec512<T> whenFalse) =>
        new() { v = Vector512.ConditionalSelect(mask.v, whenTrue.v, whenFalse.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> CopySign(Vec512<T> magnitude, Vec512<T> sign) =>
        new() { v = Vector512.CopySign(magnitude.v, sign.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> ShiftLeft(Vec512<T> x, int count) => typeof(T) == typeof(float)
        ? new() { v = (x.v.AsInt32() << count).As<int, T>() }
        : new() { v = (x.v.AsInt64() << count).As<long, T>() };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> TestBit(Vec512<T> x, int bit) => typeof(T) == typeof(float)
        ? new((~Vector512.Equals(x.v.AsInt32() & Vector512.Create(1 << bit), Vector512<int>.Zero)).As<int, T>())
        : new((~Vector512.Equals(x.v.AsInt64() & Vector512.Create(1L << bit), Vector512<long>.Zero)).As<long, T>());

    // 2^n as a product of two powers that exist for every n allowed: the biased n in the low bits of a sum is halved.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> ScaleByPowerOfTwo(Vec512<T> x, Vec512<T> n) => typeof(T) == typeof(float)
        ? new() { v = Avx512F.Scale(x.v.AsSingle(), n.v.AsSingle()).As<float, T>() }
        : new() { v = Avx512F.Scale(x.v.AsDouble(), n.v.AsDouble()).As<double, T>() };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Exponent(Vec512<T> x) => typeof(T) == typeof(float)
        ? new() { v = Avx512F.GetExponent(x.v.AsSingle()).As<float, T>() }
        : new() { v = Avx512F.GetExponent(x.v.AsDouble()).As<double, T>() };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Mantissa(Vec512<T> x) => typeof(T) == typeof(float)
        ? new() { v = Avx512F.GetMantissa(x.v.AsSingle(), SimdInfo.MantissaAroundOne).As<float, T>() }
        : new() { v = Avx512F.GetMantissa(x.v.AsDouble(), SimdInfo.MantissaAroundOne).As<double, T>() };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Vec512<T> x) => Vec256<T>.Sum(new(x.v.GetLower() + x.v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sums(Vec512<T> a, Vec512<T> b, Vec512<T> c, Vec512<T> d, T* target) => Vec256<T>.Sums(
        new(a.v.GetLower() + a.v.GetUpper()), new(b.v.GetLower() + b.v.GetUpper()),
        new(c.v.GetLower() + c.v.GetUpper()), new(d.v.GetLower() + d.v.GetUpper()), target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Even(Vec512<T> a, Vec512<T> b) => sizeof(T) == 4
        ? Pick(a, b, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30))
        : Pick(a, b, Vector512.Create(0L, 2, 4, 6, 8, 10, 12, 14));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Odd(Vec512<T> a, Vec512<T> b) => sizeof(T) == 4
        ? Pick(a, b, Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31))
        : Pick(a, b, Vector512.Create(1L, 3, 5, 7, 9, 11, 13, 15));

    // Places in a followed by b.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vec512<T> Pick(Vec512<T> a, Vec512<T> b, Vector512<int> places) =>
        new() { v = Avx512F.PermuteVar16x32x2(a.v.AsInt32(), places, b.v.AsInt32()).As<int, T>() };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vec512<T> Pick(Vec512<T> a, Vec512<T> b, Vector512<long> places) =>
        new() { v = Avx512F.PermuteVar8x64x2(a.v.AsInt64(), places, b.v.AsInt64()).As<long, T>() };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(Vec512<T> x) => Vec256<T>.MaxLane(new(Vector256.Max(x.v.GetLower(), x.v.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinLane(Vec512<T> x) => Vec256<T>.MinLane(new(Vector256.Min(x.v.GetLower(), x.v.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(Vec512<T> mask) => Vector512.ExtractMostSignificantBits(mask.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Exp(Vec512<T> x) => VectorMath.Exp<Vec512<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Expm1(Vec512<T> x) => VectorMath.Expm1<Vec512<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Log(Vec512<T> x) => VectorMath.Log<Vec512<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Log1p(Vec512<T> x) => VectorMath.Log1p<Vec512<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Tanh(Vec512<T> x) => VectorMath.Tanh<Vec512<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Sigmoid(Vec512<T> x) => VectorMath.Sigmoid<Vec512<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Erf(Vec512<T> x) => VectorMath.Erf<Vec512<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Sin(Vec512<T> x) => VectorMath.Sin<Vec512<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> Cos(Vec512<T> x) => VectorMath.Cos<Vec512<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512<T> LoadPartial(T* source, int count)
    {
        if (typeof(T) == typeof(float))
        {
            Vector512<float> mask = Vector512.LessThan(Lanes, Vector512.Create((float)count));
            return new() { v = Avx512F.MaskLoad((float*)source, mask, Vector512<float>.Zero).As<float, T>() };
        }
        if (typeof(T) == typeof(double))
        {
            Vector512<double> mask = Vector512.LessThan(Vector512<double>.Indices, Vector512.Create((double)count));
            return new() { v = Avx512F.MaskLoad((double*)source, mask, Vector512<double>.Zero).As<double, T>() };
        }
        T* lanes = stackalloc T[Count];
        for (int i = 0; i < Count; i++) lanes[i] = i < count ? source[i] : default;
        return Load(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(T* target, Vec512<T> value, int count)
    {
        if (typeof(T) == typeof(float))
        {
            Vector512<float> mask = Vector512.LessThan(Lanes, Vector512.Create((float)count));
            Avx512F.MaskStore((float*)target, mask, value.v.AsSingle());
            return;
        }
        if (typeof(T) == typeof(double))
        {
            Vector512<double> mask = Vector512.LessThan(Vector512<double>.Indices, Vector512.Create((double)count));
            Avx512F.MaskStore((double*)target, mask, value.v.AsDouble());
            return;
        }
        T* lanes = stackalloc T[Count];
        Store(lanes, value);
        for (int i = 0; i < count; i++) target[i] = lanes[i];
    }

    private static Vector512<float> Lanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }
}
