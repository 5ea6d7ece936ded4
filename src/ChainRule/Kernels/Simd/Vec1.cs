using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Kernels;

/// <summary>One number: the scalar form of every kernel, for machines without vectors and for comparison.</summary>
internal readonly unsafe struct Vec1<T>(T value) : ISimdVec<Vec1<T>, T>
    where T : unmanaged, INumber<T>
{
    private readonly T v = value;

    public T Value => v;

    public static int Count => 1;

    public static Vec1<T> operator +(Vec1<T> a, Vec1<T> b) => new(a.v + b.v);

    public static Vec1<T> operator -(Vec1<T> a, Vec1<T> b) => new(a.v - b.v);

    public static Vec1<T> operator *(Vec1<T> a, Vec1<T> b) => new(a.v * b.v);

    public static Vec1<T> operator /(Vec1<T> a, Vec1<T> b) => new(a.v / b.v);

    public static Vec1<T> operator -(Vec1<T> a) => new(-a.v);

    public static Vec1<T> Const(double value) => new(T.CreateTruncating(value));

    public static Vec1<T> Broadcast(T value) => new(value);

    public static Vec1<T> Load(T* source) => new(*source);

    public static void Store(T* target, Vec1<T> value) => *target = value.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Fma(Vec1<T> a, Vec1<T> b, Vec1<T> c)
    {
        if (OperatingSystem.IsBrowser()) return new((a.v * b.v) + c.v);
        if (typeof(T) == typeof(float))
            return From(float.MultiplyAddEstimate(To<float>(a.v), To<float>(b.v), To<float>(c.v)));
        if (typeof(T) == typeof(double))
            return From(double.MultiplyAddEstimate(To<double>(a.v), To<double>(b.v), To<double>(c.v)));
        return new((a.v * b.v) + c.v);
    }

    public static Vec1<T> Abs(Vec1<T> x) => new(T.Abs(x.v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Sqrt(Vec1<T> x) =>
        typeof(T) == typeof(float) ? From(MathF.Sqrt(To<float>(x.v))) : From(Math.Sqrt(To<double>(x.v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Floor(Vec1<T> x)
    {
        if (typeof(T) == typeof(float)) return From(MathF.Floor(To<float>(x.v)));
        return typeof(T) == typeof(double) ? From(Math.Floor(To<double>(x.v))) : x;
    }

    public static Vec1<T> Ceiling(Vec1<T> x) => -Floor(-x);

    public static Vec1<T> Truncate(Vec1<T> x) => CopySign(Floor(Abs(x)), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Round(Vec1<T> x)
    {
        if (typeof(T) == typeof(float)) return From(MathF.Round(To<float>(x.v)));
        return typeof(T) == typeof(double) ? From(Math.Round(To<double>(x.v))) : x;
    }

    public static Vec1<T> Min(Vec1<T> a, Vec1<T> b) => new(T.Min(a.v, b.v));

    public static Vec1<T> Max(Vec1<T> a, Vec1<T> b) => new(T.Max(a.v, b.v));

    public static Vec1<T> MinNative(Vec1<T> a, Vec1<T> b) => new(a.v < b.v ? a.v : b.v);

    public static Vec1<T> MaxNative(Vec1<T> a, Vec1<T> b) => new(a.v > b.v ? a.v : b.v);

    public static Vec1<T> Less(Vec1<T> a, Vec1<T> b) => Mask(a.v < b.v);

    public static Vec1<T> LessOrEqual(Vec1<T> a, Vec1<T> b) => Mask(a.v <= b.v);

    public static Vec1<T> Equal(Vec1<T> a, Vec1<T> b) => Mask(a.v == b.v);

    public static Vec1<T> And(Vec1<T> mask, Vec1<T> other) => T.IsZero(mask.v) ? new(T.Zero) : other;

    public static Vec1<T> Or(Vec1<T> mask, Vec1<T> other) => T.IsZero(mask.v) ? other : mask;

    // A set mask reads as NaN or -1, an empty one as 0.
    public static Vec1<T> Select(Vec1<T> mask, Vec1<T> whenTrue, Vec1<T> whenFalse) =>
        T.IsZero(mask.v) ? whenFalse : whenTrue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> ScaleByPowerOfTwo(Vec1<T> x, Vec1<T> n)
    {
        if (typeof(T) == typeof(float))
        {
            int bits = BitConverter.SingleToInt32Bits(To<float>(x.v)) + ((int)To<float>(n.v) << 23);
            return From(BitConverter.Int32BitsToSingle(bits));
        }
        long wide = BitConverter.DoubleToInt64Bits(To<double>(x.v)) + ((long)To<double>(n.v) << 52);
        return From(BitConverter.Int64BitsToDouble(wide));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Exponent(Vec1<T> x) => typeof(T) == typeof(float)
        ? From((float)((BitConverter.SingleToInt32Bits(To<float>(x.v)) >>> 23) - 127))
        : From((double)((BitConverter.DoubleToInt64Bits(To<double>(x.v)) >>> 52) - 1023));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Mantissa(Vec1<T> x)
    {
        if (typeof(T) == typeof(float))
        {
            int bits = (BitConverter.SingleToInt32Bits(To<float>(x.v)) & 0x007FFFFF) | 0x3F800000;
            return From(BitConverter.Int32BitsToSingle(bits));
        }
        long wide = (BitConverter.DoubleToInt64Bits(To<double>(x.v)) & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000;
        return From(BitConverter.Int64BitsToDouble(wide));
    }

    public static Vec1<T> CopySign(Vec1<T> magnitude, Vec1<T> sign) => new(T.CopySign(magnitude.v, sign.v));

    public static T Sum(Vec1<T> x) => x.v;

    public static T MaxLane(Vec1<T> x) => x.v;

    public static T MinLane(Vec1<T> x) => x.v;

    public static ulong Bits(Vec1<T> mask) => T.IsZero(mask.v) ? 0UL : 1UL;

    public static Vec1<T> LoadPartial(T* source, int count) => count > 0 ? new(*source) : default;

    public static void StorePartial(T* target, Vec1<T> value, int count)
    {
        if (count > 0) *target = value.v;
    }

    public static Vec1<T> Exp(Vec1<T> x) => VectorMath.Exp<Vec1<T>, T>(x);

    public static Vec1<T> Expm1(Vec1<T> x) => VectorMath.Expm1<Vec1<T>, T>(x);

    public static Vec1<T> Log(Vec1<T> x) => VectorMath.Log<Vec1<T>, T>(x);

    public static Vec1<T> Log1p(Vec1<T> x) => VectorMath.Log1p<Vec1<T>, T>(x);

    public static Vec1<T> Tanh(Vec1<T> x) => VectorMath.Tanh<Vec1<T>, T>(x);

    public static Vec1<T> Sigmoid(Vec1<T> x) => VectorMath.Sigmoid<Vec1<T>, T>(x);

    public static Vec1<T> Erf(Vec1<T> x) => VectorMath.Erf<Vec1<T>, T>(x);

    public static Vec1<T> Sin(Vec1<T> x) => VectorMath.Sin<Vec1<T>, T>(x);

    public static Vec1<T> Cos(Vec1<T> x) => VectorMath.Cos<Vec1<T>, T>(x);

    private static Vec1<T> Mask(bool set)
    {
        if (!set) return default;
        if (typeof(T) == typeof(float)) return From(BitConverter.Int32BitsToSingle(-1));
        return typeof(T) == typeof(double) ? From(BitConverter.Int64BitsToDouble(-1)) : new(-T.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TOther To<TOther>(T value)
        where TOther : unmanaged => Unsafe.BitCast<T, TOther>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vec1<T> From<TOther>(TOther value)
        where TOther : unmanaged => new(Unsafe.BitCast<TOther, T>(value));
}
