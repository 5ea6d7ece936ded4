using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Kernels;

/// <summary>One number: the scalar form of every kernel, for machines without vectors and for comparison.</summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal unsafe struct Vec1<T>(T value) : ISimdVec<Vec1<T>, T>
    where T : unmanaged, INumber<T>
{
    private T v = value;

    public T Value => v;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> operator +(Vec1<T> a, Vec1<T> b) => new() { v = a.v + b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> operator -(Vec1<T> a, Vec1<T> b) => new() { v = a.v - b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> operator *(Vec1<T> a, Vec1<T> b) => new() { v = a.v * b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> operator /(Vec1<T> a, Vec1<T> b) => new() { v = a.v / b.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> operator -(Vec1<T> a) => new() { v = -a.v };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Const(double value)
    {
        if (typeof(T) == typeof(float)) return From((float)value);
        return typeof(T) == typeof(double) ? From(value) : new() { v = T.CreateTruncating(value) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Broadcast(T value) => new() { v = value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Load(T* source) => new() { v = *source };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* target, Vec1<T> value) => *target = value.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Fma(Vec1<T> a, Vec1<T> b, Vec1<T> c)
    {
        if (OperatingSystem.IsBrowser()) return new() { v = (a.v * b.v) + c.v };
        if (typeof(T) == typeof(float))
            return From(float.MultiplyAddEstimate(To<float>(a.v), To<float>(b.v), To<float>(c.v)));
        if (typeof(T) == typeof(double))
            return From(double.MultiplyAddEstimate(To<double>(a.v), To<double>(b.v), To<double>(c.v)));
        return new() { v = (a.v * b.v) + c.v };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Abs(Vec1<T> x) => new() { v = T.Abs(x.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Sqrt(Vec1<T> x) =>
        typeof(T) == typeof(float) ? From(MathF.Sqrt(To<float>(x.v))) : From(Math.Sqrt(To<double>(x.v)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Floor(Vec1<T> x)
    {
        if (typeof(T) == typeof(float)) return From(MathF.Floor(To<float>(x.v)));
        return typeof(T) == typeof(double) ? From(Math.Floor(To<double>(x.v))) : x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Ceiling(Vec1<T> x) => -Floor(-x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Truncate(Vec1<T> x) => CopySign(Floor(Abs(x)), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Round(Vec1<T> x)
    {
        if (typeof(T) == typeof(float)) return From(MathF.Round(To<float>(x.v)));
        return typeof(T) == typeof(double) ? From(Math.Round(To<double>(x.v))) : x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Min(Vec1<T> a, Vec1<T> b) => new() { v = T.Min(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Max(Vec1<T> a, Vec1<T> b) => new() { v = T.Max(a.v, b.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> MinNative(Vec1<T> a, Vec1<T> b) => a.v < b.v ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> MaxNative(Vec1<T> a, Vec1<T> b) => a.v > b.v ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Less(Vec1<T> a, Vec1<T> b) => Mask(a.v < b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> LessOrEqual(Vec1<T> a, Vec1<T> b) => Mask(a.v <= b.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Equal(Vec1<T> a, Vec1<T> b) => Mask(a.v == b.v);

    // Bit by bit for real numbers, as in a register; integers know masks only.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> And(Vec1<T> mask, Vec1<T> other)
    {
        if (typeof(T) == typeof(float))
            return From(BitConverter.UInt32BitsToSingle(Bits32(mask) & Bits32(other)));
        if (typeof(T) == typeof(double))
            return From(BitConverter.UInt64BitsToDouble(Bits64(mask) & Bits64(other)));
        return T.IsZero(mask.v) ? new() { v = T.Zero } : other;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Or(Vec1<T> mask, Vec1<T> other)
    {
        if (typeof(T) == typeof(float))
            return From(BitConverter.UInt32BitsToSingle(Bits32(mask) | Bits32(other)));
        if (typeof(T) == typeof(double))
            return From(BitConverter.UInt64BitsToDouble(Bits64(mask) | Bits64(other)));
        return T.IsZero(mask.v) ? other : mask;
    }

    // A set mask reads as NaN or -1, an empty one as 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Select(Vec1<T> mask, Vec1<T> whenTrue, Vec1<T> whenFalse) =>
        T.IsZero(mask.v) ? whenFalse : whenTrue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> ShiftLeft(Vec1<T> x, int count) => typeof(T) == typeof(float)
        ? From(BitConverter.UInt32BitsToSingle(Bits32(x) << count))
        : From(BitConverter.UInt64BitsToDouble(Bits64(x) << count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> TestBit(Vec1<T> x, int bit) => Mask(typeof(T) == typeof(float)
        ? (Bits32(x) & (1u << bit)) != 0
        : (Bits64(x) & (1ul << bit)) != 0);

    // The same two factors as in the registers (see Vec256).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> ScaleByPowerOfTwo(Vec1<T> x, Vec1<T> n)
    {
        if (typeof(T) == typeof(float))
        {
            uint biased = BitConverter.SingleToUInt32Bits(To<float>(n.v) + (12582912f + 254));
            uint low = biased >> 1;
            return From(To<float>(x.v) * BitConverter.UInt32BitsToSingle(low << 23)
                * BitConverter.UInt32BitsToSingle((biased - low) << 23));
        }
        ulong biasedLong = BitConverter.DoubleToUInt64Bits(To<double>(n.v) + (6755399441055744.0 + 2046));
        ulong lowLong = biasedLong >> 1;
        return From(To<double>(x.v) * BitConverter.UInt64BitsToDouble(lowLong << 52)
            * BitConverter.UInt64BitsToDouble((biasedLong - lowLong) << 52));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Exponent(Vec1<T> x)
    {
        T size = T.Abs(x.v);
        if (T.IsZero(size)) return new() { v = -Infinity };
        if (!(size < Infinity)) return new() { v = size };
        bool subnormal = size < Smallest;
        if (subnormal) size *= ToNormal;
        return typeof(T) == typeof(float)
            ? From((float)((int)(Bits32(new(size)) >> 23) - (subnormal ? 150 : 127)))
            : From((double)((int)(Bits64(new(size)) >> 52) - (subnormal ? 1075 : 1023)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Mantissa(Vec1<T> x)
    {
        if (!(x.v >= T.Zero)) return new() { v = Infinity - Infinity };
        T normal = x.v < Smallest ? x.v * ToNormal : x.v;
        if (typeof(T) == typeof(float))
        {
            uint bits = Bits32(new(normal)) & 0x007FFFFF;
            return From(BitConverter.UInt32BitsToSingle((bits | 0x3F800000) - ((bits & 0x00400000) << 1)));
        }
        ulong wide = Bits64(new(normal)) & 0x000FFFFFFFFFFFFF;
        return From(BitConverter.UInt64BitsToDouble((wide | 0x3FF0000000000000) - ((wide & 0x0008000000000000) << 1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> CopySign(Vec1<T> magnitude, Vec1<T> sign) => new() { v = T.CopySign(magnitude.v, sign.v) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Vec1<T> x) => x.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sums(Vec1<T> a, Vec1<T> b, Vec1<T> c, Vec1<T> d, T* target)
    {
        target[0] = a.v;
        target[1] = b.v;
        target[2] = c.v;
        target[3] = d.v;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Even(Vec1<T> a, Vec1<T> b) => a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Odd(Vec1<T> a, Vec1<T> b) => b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(Vec1<T> x) => x.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinLane(Vec1<T> x) => x.v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(Vec1<T> mask) => T.IsZero(mask.v) ? 0UL : 1UL;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> LoadPartial(T* source, int count) => count > 0 ? new() { v = *source } : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(T* target, Vec1<T> value, int count)
    {
        if (count > 0) *target = value.v;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Exp(Vec1<T> x) => VectorMath.Exp<Vec1<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Expm1(Vec1<T> x) => VectorMath.Expm1<Vec1<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Log(Vec1<T> x) => VectorMath.Log<Vec1<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Log1p(Vec1<T> x) => VectorMath.Log1p<Vec1<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Tanh(Vec1<T> x) => VectorMath.Tanh<Vec1<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Sigmoid(Vec1<T> x) => VectorMath.Sigmoid<Vec1<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Erf(Vec1<T> x) => VectorMath.Erf<Vec1<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Sin(Vec1<T> x) => VectorMath.Sin<Vec1<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec1<T> Cos(Vec1<T> x) => VectorMath.Cos<Vec1<T>, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vec1<T> Mask(bool set)
    {
        if (!set) return default;
        if (typeof(T) == typeof(float)) return From(BitConverter.Int32BitsToSingle(-1));
        return typeof(T) == typeof(double) ? From(BitConverter.Int64BitsToDouble(-1)) : new() { v = -T.One };
    }

    private static T Infinity => From(float.PositiveInfinity, double.PositiveInfinity);

    private static T Smallest => From(1.17549435E-38f, 2.2250738585072014E-308);

    private static T ToNormal => From(8388608f, 4503599627370496.0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T From(float single, double wide) =>
        typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>(single) : Unsafe.BitCast<double, T>(wide);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Bits32(Vec1<T> x) => Unsafe.BitCast<T, uint>(x.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits64(Vec1<T> x) => Unsafe.BitCast<T, ulong>(x.v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TOther To<TOther>(T value)
        where TOther : unmanaged => Unsafe.BitCast<T, TOther>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vec1<T> From<TOther>(TOther value)
        where TOther : unmanaged => new() { v = Unsafe.BitCast<TOther, T>(value) };
}
