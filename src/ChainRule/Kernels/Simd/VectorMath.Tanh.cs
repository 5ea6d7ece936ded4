using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Kernels;

/// <summary>tanh and the logistic function.</summary>
internal static partial class VectorMath
{
    /// <summary>Hyperbolic tangent. At most 1.4 ulp (float32), 1.4 ulp (float64).</summary>
    /// <remarks>
    /// Below 0.625 x + x^3 p(x^2), p of degree 4 leaves 2^-27 (float32), of degree 10 2^-56 (float64); above it
    /// 1 - 2 / (exp 2|x| + 1), where the subtraction no longer magnifies errors (the split of Cody and Waite, 1980).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        // Beyond the clamp the result is 1 to the last bit.
        V size = V.Abs(x);
        V clamped = V.MinNative(V.Const(typeof(T) == typeof(float) ? 10 : 20), size);
        V fraction = ExpParts<V, T>(clamped + clamped, out V power);
        V large = V.One - (V.Const(2) / V.Fma(fraction, power, V.One));

        V z = size * size;
        V small = V.Fma(size * z, TanhQuotient<V, T>(z), size);
        return V.CopySign(V.Select(V.Less(size, V.Const(0.625)), small, large), x);
    }

    /// <summary>1 / (1 + e^-x). At most 2.0 ulp (float32), 2.0 ulp (float64).</summary>
    /// <remarks>
    /// With exp(-x) = 2^n (1 + m) the denominator is (1 + 2^n m) + 2^n: in this order the worst place is just below x
    /// = 0, where three roundings (1/2 + 1 + 1/2 ulp of a result below 1/2) come to 2 ulp and no more. 0 where the
    /// result would be below the smallest normal number.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V lowest = V.Const(typeof(T) == typeof(float) ? ExpLowestSingle : ExpLowestDouble);
        V r = Reduce<V, T>(-V.MinNative(-lowest, x), out V power);
        V m = V.Fma(r * r, ExpQuotient<V, T>(r), r);
        V y = V.One / (V.Fma(power, m, V.One) + power);
        return V.Select(V.Less(x, lowest), V.Zero, y);               // far below it y is anything
    }

    // (tanh x - x) / x^3 for z = x^2 in [0, 0.625^2].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V TanhQuotient<V, T>(V z)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            V s = V.Const(-0.0057049864);
            s = V.Fma(s, z, V.Const(0.0206390861));
            s = V.Fma(s, z, V.Const(-0.0537397154));
            s = V.Fma(s, z, V.Const(0.133314416));
            s = V.Fma(s, z, V.Const(-0.333332807));
            return s;
        }
        V p = V.Const(-1.6072552505779976e-5);
        p = V.Fma(p, z, V.Const(7.7144329423158082e-5));
        p = V.Fma(p, z, V.Const(-0.00022856417628348339));
        p = V.Fma(p, z, V.Const(0.00058631652193234492));
        p = V.Fma(p, z, V.Const(-0.0014549588719611549));
        p = V.Fma(p, z, V.Const(0.0035919891725524501));
        p = V.Fma(p, z, V.Const(-0.0088632210024618355));
        p = V.Fma(p, z, V.Const(0.021869487576080714));
        p = V.Fma(p, z, V.Const(-0.05396825393126705));
        p = V.Fma(p, z, V.Const(0.1333333333326209));
        p = V.Fma(p, z, V.Const(-0.33333333333332854));
        return p;
    }
}
