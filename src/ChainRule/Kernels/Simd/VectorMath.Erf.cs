using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Kernels;

/// <summary>The error function.</summary>
internal static partial class VectorMath
{
    /// <summary>
    /// 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. At most 1.2 ulp (float32), 1.2 ulp (float64).
    /// </summary>
    /// <remarks>
    /// For small |x| x + x p(x^2), p of degree 6 leaves 2^-31 (float32, below 0.92), of degree 11 2^-57 (float64,
    /// below 1). Above it 1 - exp(-l(|x|)) with l = -log erfc as a polynomial, whose error erfc itself makes small:
    /// degree 7 leaves 2^-34 (float32), degree 18 2^-59 (float64). The form, without its numbers, is that of N. Juffa
    /// (2009 and later).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        bool single = typeof(T) == typeof(float);
        V size = V.Abs(x);
        V z = size * size;
        V small = V.Fma(size, ErfQuotient<V, T>(z), size);

        // Beyond the clamp the result is 1 to the last bit.
        V clamped = V.MinNative(V.Const(single ? 4 : 6), size);
        V fraction = ExpParts<V, T>(-LogErfc<V, T>(clamped), out V power);
        V large = V.Fma(-fraction, power, V.One);
        return V.CopySign(V.Select(V.Less(size, V.Const(single ? 0.92 : 1)), small, large), x);
    }

    // erf(x) / x - 1 for z = x^2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ErfQuotient<V, T>(V z)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            V s = V.Const(8.34960811e-5);
            s = V.Fma(s, z, V.Const(-0.000813785358));
            s = V.Fma(s, z, V.Const(0.00520060444));
            s = V.Fma(s, z, V.Const(-0.0268592257));
            s = V.Fma(s, z, V.Const(0.112836927));
            s = V.Fma(s, z, V.Const(-0.376126349));
            s = V.Fma(s, z, V.Const(0.128379166));
            return s;
        }
        V p = V.Const(-7.7794743876746269e-10);
        p = V.Fma(p, z, V.Const(1.3710983445964604e-8));
        p = V.Fma(p, z, V.Const(-1.6206314430940447e-7));
        p = V.Fma(p, z, V.Const(1.6447131653817615e-6));
        p = V.Fma(p, z, V.Const(-1.4924712308155674e-5));
        p = V.Fma(p, z, V.Const(0.00012055293577183465));
        p = V.Fma(p, z, V.Const(-0.00085483259293222548));
        p = V.Fma(p, z, V.Const(0.0052239776061185845));
        p = V.Fma(p, z, V.Const(-0.026866170643111472));
        p = V.Fma(p, z, V.Const(0.11283791670944185));
        p = V.Fma(p, z, V.Const(-0.37612638903183521));
        p = V.Fma(p, z, V.Const(0.12837916709551256));
        return p;
    }

    // -log(1 - erf x).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogErfc<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            V s = V.Const(2.10309918e-5);
            s = V.Fma(s, x, V.Const(-0.00043372286));
            s = V.Fma(s, x, V.Const(0.00416748365));
            s = V.Fma(s, x, V.Const(-0.0251100156));
            s = V.Fma(s, x, V.Const(0.108265564));
            s = V.Fma(s, x, V.Const(0.633360088));
            s = V.Fma(s, x, V.Const(1.12950838));
            s = V.Fma(s, x, V.Const(-0.000173334396));
            return s;
        }
        V p = V.Const(-1.0526016987067533e-12);
        p = V.Fma(p, x, V.Const(4.8085805883521558e-11));
        p = V.Fma(p, x, V.Const(-1.0281586703362377e-9));
        p = V.Fma(p, x, V.Const(1.3656499832650216e-8));
        p = V.Fma(p, x, V.Const(-1.2595540137830905e-7));
        p = V.Fma(p, x, V.Const(8.5212444484283517e-7));
        p = V.Fma(p, x, V.Const(-4.3343659671998662e-6));
        p = V.Fma(p, x, V.Const(1.6540944747494382e-5));
        p = V.Fma(p, x, V.Const(-4.5116153383627739e-5));
        p = V.Fma(p, x, V.Const(7.05497428791126e-5));
        p = V.Fma(p, x, V.Const(4.4482570974071157e-5));
        p = V.Fma(p, x, V.Const(-0.00064067000028486618));
        p = V.Fma(p, x, V.Const(0.0017684125374422127));
        p = V.Fma(p, x, V.Const(-0.00027995162086098119));
        p = V.Fma(p, x, V.Const(-0.019078530019022932));
        p = V.Fma(p, x, V.Const(0.10274744464418302));
        p = V.Fma(p, x, V.Const(0.63662842036002276));
        p = V.Fma(p, x, V.Const(1.128377344381813));
        p = V.Fma(p, x, V.Const(1.7806628825007829e-7));
        return p;
    }
}
