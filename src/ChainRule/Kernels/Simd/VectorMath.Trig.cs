using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ChainRule.Kernels;

/// <summary>sin and cos.</summary>
/// <remarks>
/// x = n pi/2 + r with |r| at most pi/4, pi/2 in three parts (Cody and Waite, 1980): n times the first is taken from x
/// without an error where the multiply-add is fused, and in fewer bits over a shorter range where it is not. Then sin
/// r = r + r^3 s(r^2) and cos r = 1 - r^2 / 2 + r^4 c(r^2): degree 2 leaves 2^-28 and 2^-33 (float32), degree 5 2^-57
/// (float64). n modulo 4 says which and with which sign. Larger arguments go lane by lane through the reduction of M.
/// Payne and R. Hanek (1983).
/// </remarks>
internal static unsafe partial class VectorMath
{
    // 2/pi: 64 zeros, then its binary digits.
    private static ReadOnlySpan<ulong> TwoOverPi =>
    [
        0x0000000000000000, 0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041,
        0xFE5163ABDEBBC561, 0xB7246E3A424DD2E0, 0x06492EEA09D1921C, 0xFE1DEB1CB129A73E,
        0xE88235F52EBB4484, 0xE99C7026B45F7E41, 0x3991D639835339F4, 0x9C845F8BBDF9283B,
        0x1FF897FFDE05980F, 0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D,
        0x7527BAC7EBE5F17B, 0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB,
        0xF0CFBC209AF4361D,
    ];

    private static bool Fused
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Fma.IsSupported || AdvSimd.IsSupported;
    }

    /// <summary>Sine of x radians. At most 1.6 ulp (float32), 1.6 ulp (float64); NaN for infinities.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sin<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V r = RemoveHalfPi<V, T>(x, out V shifted);
        V y = SinOfQuadrant<V, T>(r, shifted);
        V beyond = V.Less(ReductionLimit<V, T>(), V.Abs(x));
        return V.Bits(beyond) == 0 ? y : WithLargeArguments<V, T>(x, y, cosine: false);
    }

    /// <summary>Cosine of x radians. At most 1.6 ulp (float32), 1.6 ulp (float64); NaN for infinities.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Cos<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V r = RemoveHalfPi<V, T>(x, out V shifted);
        V y = SinOfQuadrant<V, T>(r, shifted + V.One);
        V beyond = V.Less(ReductionLimit<V, T>(), V.Abs(x));
        return V.Bits(beyond) == 0 ? y : WithLargeArguments<V, T>(x, y, cosine: true);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ReductionLimit<V, T>()
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T> =>
        V.Const(typeof(T) == typeof(float) ? (Fused ? 2e5 : 400) : (Fused ? 2e8 : 1.6e6));

    // The quadrant is left in the low bits of shifted. All parts of pi/2 are positive, which keeps the sign of a zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V RemoveHalfPi<V, T>(V x, out V shifted)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        bool single = typeof(T) == typeof(float);
        double first = single
            ? (Fused ? 1.5707962512969971 : 1.570770263671875)
            : (Fused ? 1.5707963267948966 : 1.5707963267341256);
        double second = single
            ? (Fused ? 7.5497894158615964e-8 : 2.6063062250614166e-5)
            : (Fused ? 6.1232339957367648e-17 : 6.077100506303966e-11);
        double third = single
            ? (Fused ? 5.3903025299577648e-15 : 6.07709993438732e-11)
            : (Fused ? 1.0828566739219139e-32 : 2.0222662487959506e-21);
        V shifter = V.Const(single ? ShifterSingle : ShifterDouble);
        shifted = V.Fma(x, V.Const(0.63661977236758138), shifter);
        V n = shifted - shifter;
        V r = V.Fma(n, V.Const(-first), x);
        r = V.Fma(n, V.Const(-second), r);
        return V.Fma(n, V.Const(-third), r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SinOfQuadrant<V, T>(V r, V quadrant)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V z = r * r;
        V sine = V.CopySign(V.Fma(r * z, SinQuotient<V, T>(z), r), r);
        V cosine = V.Fma(z * z, CosQuotient<V, T>(z), V.Fma(z, V.Const(-0.5), V.One));
        V y = V.Select(V.TestBit(quadrant, 0), cosine, sine);
        return V.Select(V.TestBit(quadrant, 1), -y, y);
    }

    // Rare: the lanes beyond the limit one by one in double precision, the others as they are.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static V WithLargeArguments<V, T>(V x, V y, bool cosine)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* from = stackalloc T[V.Count];
        T* to = stackalloc T[V.Count];
        T* limit = stackalloc T[V.Count];
        V.Store(from, x);
        V.Store(to, y);
        V.Store(limit, ReductionLimit<V, T>());
        for (int i = 0; i < V.Count; i++)
        {
            if (T.Abs(from[i]) > limit[i])
                to[i] = T.CreateTruncating(SinOfLarge(double.CreateTruncating(from[i]), cosine));
        }
        return V.Load(to);
    }

    /// <summary>Sine (or cosine) of a number of any size above 1.</summary>
    private static double SinOfLarge(double x, bool cosine)
    {
        if (!double.IsFinite(x)) return double.NaN;
        ulong bits = BitConverter.DoubleToUInt64Bits(Math.Abs(x));
        ulong mantissa = (bits & 0x000FFFFFFFFFFFFF) | 0x0010000000000000;

        // x = mantissa * 2^exponent. The digits of 2/pi before 2^(2 - exponent) give multiples of 4 in the product,
        // whole turns; the 192 after them give the quadrant in 2 bits and the angle within it in 190.
        int exponent = (int)(bits >> 52) - 1075;
        int start = exponent - 2 + 64;
        ulong w0 = Digits(start), w1 = Digits(start + 64), w2 = Digits(start + 128);
        UInt128 p2 = (UInt128)mantissa * w2;
        UInt128 p1 = ((UInt128)mantissa * w1) + (p2 >> 64);
        ulong top = (mantissa * w0) + (ulong)(p1 >> 64);

        // As a signed fraction of a quadrant in [-1/2, 1/2), the quadrant rounded to match.
        var fraction = (Int128)new UInt128((top << 2) | ((ulong)p1 >> 62), ((ulong)p1 << 2) | ((ulong)p2 >> 62));
        double r = (double)fraction * 4.6161555210995018e-39;
        long quadrant = (long)(top >> 62) + (fraction < 0 ? 1 : 0);
        if (x < 0)
        {
            r = -r;
            quadrant = -quadrant;
        }
        if (cosine) quadrant++;
        double shifted = ShifterDouble + (quadrant & 3);
        return SinOfQuadrant<Vec1<double>, double>(new(r), new(shifted)).Value;
    }

    // 64 digits of the table from bit `start` on.
    private static ulong Digits(int start)
    {
        int word = start >> 6, shift = start & 63;
        ulong high = TwoOverPi[word] << shift;
        return shift == 0 ? high : high | (TwoOverPi[word + 1] >> (64 - shift));
    }

    // (sin r - r) / r^3 for z = r^2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SinQuotient<V, T>(V z)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            V s = V.Const(-0.00019514632);
            s = V.Fma(s, z, V.Const(0.00833215564));
            s = V.Fma(s, z, V.Const(-0.166666552));
            return s;
        }
        V p = V.Const(1.5895904622427357e-10);
        p = V.Fma(p, z, V.Const(-2.5050742305819887e-8));
        p = V.Fma(p, z, V.Const(2.7557313587606019e-6));
        p = V.Fma(p, z, V.Const(-0.00019841269829495457));
        p = V.Fma(p, z, V.Const(0.0083333333333220055));
        p = V.Fma(p, z, V.Const(-0.1666666666666663));
        return p;
    }

    // (cos r - 1 + r^2 / 2) / r^4 for z = r^2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V CosQuotient<V, T>(V z)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            V s = V.Const(2.44324128e-5);
            s = V.Fma(s, z, V.Const(-0.00138873095));
            s = V.Fma(s, z, V.Const(0.0416666456));
            return s;
        }
        V p = V.Const(-1.1358310533842208e-11);
        p = V.Fma(p, z, V.Const(2.0875696573454051e-9));
        p = V.Fma(p, z, V.Const(-2.7557314148630008e-7));
        p = V.Fma(p, z, V.Const(2.480158728874821e-5));
        p = V.Fma(p, z, V.Const(-0.0013888888888872895));
        p = V.Fma(p, z, V.Const(0.041666666666666595));
        return p;
    }
}
