using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Kernels;

/// <summary>Elementary functions over vectors of any width.</summary>
internal static unsafe class VectorMath
{
    public static V Exp<V, T>(V x) where V : struct, ISimdVec<V, T> where T : unmanaged, INumber<T> => Lanes<V, T>(x, &Math.Exp);

    public static V Expm1<V, T>(V x) where V : struct, ISimdVec<V, T> where T : unmanaged, INumber<T> => Lanes<V, T>(x, &Expm1Scalar);

    public static V Log<V, T>(V x) where V : struct, ISimdVec<V, T> where T : unmanaged, INumber<T> => Lanes<V, T>(x, &Math.Log);

    public static V Log1p<V, T>(V x) where V : struct, ISimdVec<V, T> where T : unmanaged, INumber<T> => Lanes<V, T>(x, &Log1pScalar);

    public static V Tanh<V, T>(V x) where V : struct, ISimdVec<V, T> where T : unmanaged, INumber<T> => Lanes<V, T>(x, &Math.Tanh);

    public static V Sigmoid<V, T>(V x) where V : struct, ISimdVec<V, T> where T : unmanaged, INumber<T> => V.One / (V.One + Exp<V, T>(-x));

    public static V Erf<V, T>(V x) where V : struct, ISimdVec<V, T> where T : unmanaged, INumber<T> => Lanes<V, T>(x, &ErfScalar);

    public static V Sin<V, T>(V x) where V : struct, ISimdVec<V, T> where T : unmanaged, INumber<T> => Lanes<V, T>(x, &Math.Sin);

    public static V Cos<V, T>(V x) where V : struct, ISimdVec<V, T> where T : unmanaged, INumber<T> => Lanes<V, T>(x, &Math.Cos);

    private static V Lanes<V, T>(V x, delegate*<double, double> f)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* lanes = stackalloc T[V.Count];
        V.Store(lanes, x);
        for (int i = 0; i < V.Count; i++) lanes[i] = T.CreateTruncating(f(double.CreateTruncating(lanes[i])));
        return V.Load(lanes);
    }

    private static double Expm1Scalar(double x) => Math.Abs(x) < 1e-5 ? x + (x * x / 2) : Math.Exp(x) - 1;

    private static double Log1pScalar(double x) => Math.Abs(x) < 1e-5 ? x - (x * x / 2) : Math.Log(1 + x);

    private static double ErfScalar(double x)
    {
        double t = 1 / (1 + (0.5 * Math.Abs(x)));
        double e = t * Math.Exp((-x * x) - 1.26551223 + (t * (1.00002368 + (t * (0.37409196 + (t * (0.09678418 + (t * (-0.18628806
            + (t * (0.27886807 + (t * (-1.13520398 + (t * (1.48851587 + (t * (-0.82215223 + (t * 0.17087277))))))))))))))))));
        return x >= 0 ? 1 - e : e - 1;
    }
}
