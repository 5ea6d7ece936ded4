using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ChainRule.Kernels;

/// <summary>A register of 128 bits.</summary>
internal readonly unsafe struct Vec128<T>(Vector128<T> value) : ISimdVec<Vec128<T>, T>
    where T : unmanaged, INumber<T>
{
    private readonly Vector128<T> v = value;

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
        get => Vector128<T>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator +(Vec128<T> a, Vec128<T> b) => new(a.v + b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator -(Vec128<T> a, Vec128<T> b) => new(a.v - b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator *(Vec128<T> a, Vec128<T> b) => new(a.v * b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator /(Vec128<T> a, Vec128<T> b) => new(a.v / b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> operator -(Vec128<T> a) => new(-a.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Const(double value) => new(Vector128.Create(T.CreateTruncating(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Broadcast(T value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Load(T* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* target, Vec128<T> value) => Vector128.Store(value.v, target);

    // A browser has no fused form and emulates it at a hundredth of the speed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Fma(Vec128<T> a, Vec128<T> b, Vec128<T> c)
    {
        if (OperatingSystem.IsBrowser() || !Real) return new((a.v * b.v) + c.v);
        return Single
            ? new(Vector128.MultiplyAddEstimate(a.v.AsSingle(), b.v.AsSingle(), c.v.AsSingle()).As<float, T>())
            : new(Vector128.MultiplyAddEstimate(a.v.AsDouble(), b.v.AsDouble(), c.v.AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Abs(Vec128<T> x) => new(Vector128.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Sqrt(Vec128<T> x) => new(Vector128.Sqrt(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Floor(Vec128<T> x)
    {
        if (!Real) return x;
        return Single
            ? new(Vector128.Floor(x.v.AsSingle()).As<float, T>())
            : new(Vector128.Floor(x.v.AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Ceiling(Vec128<T> x)
    {
        if (!Real) return x;
        return Single
            ? new(Vector128.Ceiling(x.v.AsSingle()).As<float, T>())
            : new(Vector128.Ceiling(x.v.AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Truncate(Vec128<T> x)
    {
        if (!Real) return x;
        return Single
            ? new(Vector128.Truncate(x.v.AsSingle()).As<float, T>())
            : new(Vector128.Truncate(x.v.AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Round(Vec128<T> x)
    {
        if (!Real) return x;
        return Single
            ? new(Vector128.Round(x.v.AsSingle()).As<float, T>())
            : new(Vector128.Round(x.v.AsDouble()).As<double, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Min(Vec128<T> a, Vec128<T> b) => new(Vector128.Min(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Max(Vec128<T> a, Vec128<T> b) => new(Vector128.Max(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> MinNative(Vec128<T> a, Vec128<T> b) => new(Vector128.MinNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> MaxNative(Vec128<T> a, Vec128<T> b) => new(Vector128.MaxNative(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Less(Vec128<T> a, Vec128<T> b) => new(Vector128.LessThan(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> LessOrEqual(Vec128<T> a, Vec128<T> b) => new(Vector128.LessThanOrEqual(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Equal(Vec128<T> a, Vec128<T> b) => new(Vector128.Equals(a.v, b.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> And(Vec128<T> mask, Vec128<T> other) => new(mask.v & other.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Or(Vec128<T> mask, Vec128<T> other) => new(mask.v | other.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Select(Vec128<T> mask, Vec128<T> whenTrue, Vec128<T> whenFalse) => new(Vector128.ConditionalSelect(mask.v, whenTrue.v, whenFalse.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> CopySign(Vec128<T> magnitude, Vec128<T> sign) => new(Vector128.CopySign(magnitude.v, sign.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> ScaleByPowerOfTwo(Vec128<T> x, Vec128<T> n) => Single
        ? new((x.v.AsInt32() + (Vector128.ConvertToInt32Native(n.v.AsSingle()) << 23)).As<int, T>())
        : new((x.v.AsInt64() + (ToInt64(n.v.AsDouble()) << 52)).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Exponent(Vec128<T> x) => Single
        ? new(Vector128.ConvertToSingle((x.v.AsInt32() >>> 23) - Vector128.Create(127)).As<float, T>())
        : new(FromInt64((x.v.AsInt64() >>> 52) - Vector128.Create(1023L)).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128<T> Mantissa(Vec128<T> x) => Single
        ? new(((x.v.AsInt32() & Vector128.Create(0x007FFFFF)) | Vector128.Create(0x3F800000)).As<int, T>())
        : new(((x.v.AsInt64() & Vector128.Create(0x000FFFFFFFFFFFFF)) | Vector128.Create(0x3FF0000000000000)).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Vec128<T> x) => Fold128.Sum(x.v);

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

    // Only integers of magnitude below 2^51 come here: adding 1.5 * 2^52 leaves them in the low bits (no 64-bit
    // conversion instruction exists below AVX-512).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<long> ToInt64(Vector128<double> n) =>
        (n + Vector128.Create(6755399441055744.0)).AsInt64() - Vector128.Create(6755399441055744.0).AsInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> FromInt64(Vector128<long> n) =>
        (n + Vector128.Create(6755399441055744.0).AsInt64()).AsDouble() - Vector128.Create(6755399441055744.0);
}
