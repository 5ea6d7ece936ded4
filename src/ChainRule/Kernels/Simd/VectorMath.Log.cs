using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Kernels;

/// <summary>log and log1p.</summary>
/// <remarks>
/// x = 2^e m with m in [0.75, 1.5), so that numbers near 1 have e = 0 and lose nothing: log x = e ln2 + log(1 + f), f
/// = m - 1, and log(1 + f) = f - f^2 / 2 + f^3 p(f), p of degree 7 leaves 2^-27 (float32), of degree 19 2^-59
/// (float64). ln2 is split in two positive parts: e = -inf (x = 0) and +inf come out as they should.
/// </remarks>
internal static partial class VectorMath
{
    /// <summary>Natural logarithm. At most 1.0 ulp (float32), 0.9 ulp (float64).</summary>
    /// <remarks>Right for subnormal numbers; -inf at 0, NaN below 0.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V m = V.Mantissa(x);
        return LogOfParts<V, T>(V.Exponent(x) - V.Exponent(m), m - V.One);
    }

    /// <summary>log(1 + x). At most 1.0 ulp (float32), 1.0 ulp (float64).</summary>
    /// <remarks>
    /// What the sum u = 1 + x rounds away is scaled like u and added to its mantissa: no division (compare
    /// W. Kahan's correction log(u) x / (u - 1), HP-15C Advanced Functions Handbook, 1982).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log1p<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        bool single = typeof(T) == typeof(float);
        V u = V.One + x;
        V m = V.Mantissa(u);
        V e = V.Exponent(u) - V.Exponent(m);

        // Above 2^60 nothing is lost that matters, and the scale must not leave the normal numbers.
        V bound = V.Const(single ? 60 : 120);
        V bounded = V.MinNative(bound, V.MaxNative(-bound, e));
        V small = V.MinNative(V.Const(single ? 1.152921504606847e18 : 1.329227995784916e36), x);
        V lost = small - (V.One + small - V.One);
        V y = LogOfParts<V, T>(e, V.Fma(lost, V.ScaleByPowerOfTwo(V.One, -bounded), m - V.One));
        return V.CopySign(y, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogOfParts<V, T>(V e, V f)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        bool single = typeof(T) == typeof(float);
        V w = V.Fma(f, LogQuotient<V, T>(f), V.Const(-0.5));
        V rest = V.Fma(f * f, w, e * V.Const(single ? 9.0580006144591607e-6 : 1.90821492927058770002e-10));
        return V.Fma(e, V.Const(single ? 0.693138122558594 : 6.93147180369123816490e-1), f + rest);
    }

    // (log(1 + f) - f + f^2 / 2) / f^3, by pairs and pairs of pairs (G. Estrin, 1960): Horner's chain of dependent
    // steps is longer than the machine looks ahead.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogQuotient<V, T>(V f)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V f2 = f * f, f4 = f2 * f2;
        if (typeof(T) == typeof(float))
        {
            V s0 = V.Fma(Pair<V>(f, 0.104630373, -0.0450749435), f2, Pair<V>(f, 0.144783929, -0.131611958));
            V s1 = V.Fma(Pair<V>(f, 0.199908614, -0.16647312), f2, Pair<V>(f, 0.333334506, -0.250000954));
            return V.Fma(s0, f4, s1);
        }
        V p0 = V.Fma(Pair<V>(f, 0.026592986508200554, -0.0070877110681682844), f2,
            Pair<V>(f, 0.0565937690967077, -0.047213069880117413));
        V p1 = V.Fma(Pair<V>(f, 0.058919256152162827, -0.05778326485742688), f2,
            Pair<V>(f, 0.066607019702410786, -0.062247222721404843));
        V p2 = V.Fma(Pair<V>(f, 0.076928216945209724, -0.071439262897636663), f2,
            Pair<V>(f, 0.090908879312723123, -0.083333297534174483));
        V p3 = V.Fma(Pair<V>(f, 0.11111111582550455, -0.099999988273862098), f2,
            Pair<V>(f, 0.1428571428009289, -0.1250000003849322));
        V p4 = V.Fma(Pair<V>(f, 0.20000000000032073, -0.1666666666619519), f2,
            Pair<V>(f, 0.3333333333333327, -0.2500000000000191));
        V f8 = f4 * f4;
        return V.Fma(V.Fma(p0, f8, V.Fma(p1, f4, p2)), f8, V.Fma(p3, f4, p4));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Pair<V>(V x, double constant, double slope)
        where V : struct, IVec<V> => V.Fma(V.Const(slope), x, V.Const(constant));
}
