using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Kernels;

/// <summary>exp, expm1 and the exponentials inside sigmoid, tanh and erf.</summary>
/// <remarks>
/// x = n ln2 + r with integral n and |r| at most ln2 / 2, so exp x = 2^n exp r (W. J. Cody and W. Waite, Software
/// Manual for the Elementary Functions, 1980). ln2 is split in two so that n times its upper part is exact, with or
/// without a fused multiply-add. exp r = 1 + r + r^2 q(r): q of degree 4 leaves 2^-28 (float32), of degree 9 2^-57
/// (float64).
/// </remarks>
internal static partial class VectorMath
{
    /// <summary>e^x. At most 1.0 ulp (float32), 1.0 ulp (float64).</summary>
    /// <remarks>0 where the result would be below the smallest normal number; +inf above the largest.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        bool single = typeof(T) == typeof(float);
        V lowest = V.Const(single ? ExpLowestSingle : ExpLowestDouble);
        V clamped = V.MinNative(V.Const(single ? 89 : 710), x);
        V shifter = V.Const(single ? ShifterSingle : ShifterDouble);
        V n = V.Fma(clamped, V.Const(Log2E), shifter) - shifter;
        V y = V.ScaleByPowerOfTwo(ExpPolynomial<V, T>(RemoveLn2<V, T>(clamped, n)), n);
        return V.Select(V.Less(x, lowest), V.Zero, y);               // far below it y is anything
    }

    /// <summary>e^x - 1. At most 1.4 ulp (float32), 1.4 ulp (float64).</summary>
    /// <remarks>
    /// 2^n (exp r - 1) + (2^n - 1), with the rounding error of r added back: at n = 1 the two terms cancel by half.
    /// Works on half the result, whose power of two exists up to the overflow.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Expm1<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        bool single = typeof(T) == typeof(float);
        V clamped = V.MinNative(V.Const(single ? 89 : 710), V.MaxNative(V.Const(single ? -18 : -38), x));
        V shifter = V.Const(single ? ShifterSingle + 126 : ShifterDouble + 1022);
        V shifted = V.Fma(clamped, V.Const(Log2E), shifter);
        V n = shifted - shifter;
        V upper = V.Fma(n, V.Const(single ? -Ln2HighSingle : -Ln2HighDouble), clamped);
        V r = V.Fma(n, V.Const(single ? -Ln2LowSingle : -Ln2LowDouble), upper);
        V lost = V.Fma(n, V.Const(single ? -Ln2LowSingle : -Ln2LowDouble), upper - r);
        V half = V.ShiftLeft(shifted, single ? 23 : 52);
        V z = V.Fma(r * r, Expm1Quotient<V, T>(r), lost);
        V linear = V.Fma(half, r, half - V.Const(0.5));
        V y = V.Fma(half, z, linear);

        // Near 0 the argument itself: halves of subnormal numbers and the sign of a zero would be lost.
        return V.Select(V.Less(V.Abs(x), V.Const(1e-18)), x, y + y);
    }

    private const double ExpLowestSingle = -87.33654;
    private const double ExpLowestDouble = -708.3964185322641;
    private const double Ln2HighSingle = 0.693359375;
    private const double Ln2LowSingle = -2.1219444005469058e-4;
    private const double Ln2HighDouble = 6.93147180369123816490e-1;
    private const double Ln2LowDouble = 1.90821492927058770002e-10;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V RemoveLn2<V, T>(V x, V n)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        bool single = typeof(T) == typeof(float);
        V upper = V.Fma(n, V.Const(single ? -Ln2HighSingle : -Ln2HighDouble), x);
        return V.Fma(n, V.Const(single ? -Ln2LowSingle : -Ln2LowDouble), upper);
    }

    /// <summary>
    /// e^x = fraction * power for x in [-87.3, 88] (float32) or [-708, 709] (float64): the caller fuses the product
    /// with a sum.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpParts<V, T>(V x, out V power)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T> => ExpPolynomial<V, T>(Reduce<V, T>(x, out power));

    // The power comes from the low bits of the shifted quotient: a biased exponent that only has to be moved up.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Reduce<V, T>(V x, out V power)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        bool single = typeof(T) == typeof(float);
        V shifter = V.Const(single ? ShifterSingle + 127 : ShifterDouble + 1023);
        V shifted = V.Fma(x, V.Const(Log2E), shifter);
        power = V.ShiftLeft(shifted, single ? 23 : 52);
        return RemoveLn2<V, T>(x, shifted - shifter);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpPolynomial<V, T>(V r)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V q = ExpQuotient<V, T>(r);
        return V.Fma(V.Fma(q, r, V.One), r, V.One);
    }

    // (exp r - 1 - r) / r^2, errors weighed for exp.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpQuotient<V, T>(V r)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            V s = V.Const(0.00138143194);
            s = V.Fma(s, r, V.Const(0.00836885069));
            s = V.Fma(s, r, V.Const(0.0416684002));
            s = V.Fma(s, r, V.Const(0.166665196));
            s = V.Fma(s, r, V.Const(0.49999994));
            return s;
        }
        V p = V.Const(2.4999860704221525e-8);
        p = V.Fma(p, r, V.Const(2.7630523674831347e-7));
        p = V.Fma(p, r, V.Const(2.755758841326336e-6));
        p = V.Fma(p, r, V.Const(2.4801492387691616e-5));
        p = V.Fma(p, r, V.Const(0.00019841269502750237));
        p = V.Fma(p, r, V.Const(0.0013888888944249796));
        p = V.Fma(p, r, V.Const(0.0083333333334969194));
        p = V.Fma(p, r, V.Const(0.041666666666528102));
        p = V.Fma(p, r, V.Const(0.16666666666666408));
        p = V.Fma(p, r, V.Const(0.50000000000000111));
        return p;
    }

    // The same, errors weighed for exp r - 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Expm1Quotient<V, T>(V r)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            V s = V.Const(0.00139466696);
            s = V.Fma(s, r, V.Const(0.00836671051));
            s = V.Fma(s, r, V.Const(0.0416662805));
            s = V.Fma(s, r, V.Const(0.16666542));
            s = V.Fma(s, r, V.Const(0.5));
            return s;
        }
        V p = V.Const(2.5114701121903954e-8);
        p = V.Fma(p, r, V.Const(2.7626589763821023e-7));
        p = V.Fma(p, r, V.Const(2.755722728859317e-6));
        p = V.Fma(p, r, V.Const(2.480150381276147e-5));
        p = V.Fma(p, r, V.Const(0.0001984126990370316));
        p = V.Fma(p, r, V.Const(0.00138888889328783));
        p = V.Fma(p, r, V.Const(0.0083333333333143206));
        p = V.Fma(p, r, V.Const(0.041666666666572198));
        p = V.Fma(p, r, V.Const(0.16666666666666685));
        p = V.Fma(p, r, V.Const(0.50000000000000056));
        return p;
    }
}
