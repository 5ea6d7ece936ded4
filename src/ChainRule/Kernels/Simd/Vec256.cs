using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ChainRule.Kernels;

/// <summary>A register of 256 bits.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Const(double value) => new(Vector256.Create(T.CreateTruncating(value)));

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
    public static Vec256<T> Select(Vec256<T> mask, Vec256<T> whenTrue, Vec256<T> whenFalse) => new(Vector256.ConditionalSelect(mask.v, whenTrue.v, whenFalse.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> CopySign(Vec256<T> magnitude, Vec256<T> sign) => new(Vector256.CopySign(magnitude.v, sign.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> ScaleByPowerOfTwo(Vec256<T> x, Vec256<T> n) => Single
        ? new((x.v.AsInt32() + (Vector256.ConvertToInt32Native(n.v.AsSingle()) << 23)).As<int, T>())
        : new((x.v.AsInt64() + (ToInt64(n.v.AsDouble()) << 52)).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Exponent(Vec256<T> x) => Single
        ? new(Vector256.ConvertToSingle((x.v.AsInt32() >>> 23) - Vector256.Create(127)).As<float, T>())
        : new(FromInt64((x.v.AsInt64() >>> 52) - Vector256.Create(1023L)).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256<T> Mantissa(Vec256<T> x) => Single
        ? new(((x.v.AsInt32() & Vector256.Create(0x007FFFFF)) | Vector256.Create(0x3F800000)).As<int, T>())
        : new(((x.v.AsInt64() & Vector256.Create(0x000FFFFFFFFFFFFF)) | Vector256.Create(0x3FF0000000000000)).As<long, T>());

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

    // Only integers of magnitude below 2^51 come here: adding 1.5 * 2^52 leaves them in the low bits (no 64-bit
    // conversion instruction exists below AVX-512).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> ToInt64(Vector256<double> n) =>
        (n + Vector256.Create(6755399441055744.0)).AsInt64() - Vector256.Create(6755399441055744.0).AsInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> FromInt64(Vector256<long> n) =>
        (n + Vector256.Create(6755399441055744.0).AsInt64()).AsDouble() - Vector256.Create(6755399441055744.0);
}
