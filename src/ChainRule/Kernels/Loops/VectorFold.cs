using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels;

/// <summary>How the numbers of a vector are gathered into one.</summary>
internal interface IFoldRule
{
    V Add<V>(V sum, V x)
        where V : struct, IVec<V>;

    /// <summary>Two partial results in one; a sum unless the rule says otherwise, as are the next two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Join<V>(V a, V b)
        where V : struct, IVec<V> => a + b;

    static virtual double Join(double a, double b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual double Lanes<V, T>(V sum)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T> => double.CreateTruncating(V.Sum(sum));
}

/// <summary>One number from all numbers of a vector, gathered in an order that its length alone decides.</summary>
internal static unsafe class VectorFold
{
    private const int Grain = 32 * 1024;

    // Lanes are emptied into a double after so many elements: keeps rounding errors small.
    private const int Block = 2048;

    /// <summary>What the rule makes of the numbers, each multiplied by a scale before.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="type">Float64, or else float32.</param>
    /// <param name="x">The numbers.</param>
    /// <param name="count">How many.</param>
    /// <param name="scale">What they are multiplied by.</param>
    public static double Run<TRule>(TRule rule, DType type, byte* x, int count, double scale = 1)
        where TRule : unmanaged, IFoldRule => type == DType.Float64
            ? Run(rule, (double*)x, count, scale) : Run(rule, (float*)x, count, scale);

    private static double Run<TRule, T>(TRule rule, T* x, int count, double scale)
        where TRule : unmanaged, IFoldRule
        where T : unmanaged, INumber<T> => SimdInfo.Width switch
        {
            512 => Chunks<TRule, Vec512<T>, T>(rule, x, count, scale),
            256 => Chunks<TRule, Vec256<T>, T>(rule, x, count, scale),
            128 => Chunks<TRule, Vec128<T>, T>(rule, x, count, scale),
            _ => Chunks<TRule, Vec1<T>, T>(rule, x, count, scale),
        };

    private static double Chunks<TRule, V, T>(TRule rule, T* x, int count, double scale)
        where TRule : unmanaged, IFoldRule
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        int chunks = (count + Grain - 1) / Grain;
        if (chunks <= 1) return Fold<TRule, V, T>(rule, x, count, scale);
        double[] parts = new double[chunks];
        fixed (double* p = parts)
        {
            Arguments<TRule, T> a = new() { Rule = rule, X = x, Count = count, Scale = scale, Parts = p };
            Scheduler.Current.Run(&Chunk<TRule, V, T>, &a, chunks);
        }
        double total = 0;
        foreach (double part in parts) total = TRule.Join(total, part);
        return total;
    }

    private static void Chunk<TRule, V, T>(void* argument, int index)
        where TRule : unmanaged, IFoldRule
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<TRule, T>* a = (Arguments<TRule, T>*)argument;
        int begin = index * Grain;
        a->Parts[index] = Fold<TRule, V, T>(a->Rule, a->X + begin, Math.Min(Grain, a->Count - begin), a->Scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Fold<TRule, V, T>(TRule rule, T* x, int count, double scale)
        where TRule : unmanaged, IFoldRule
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V factor = V.Const(scale);
        double total = 0;
        for (int begin = 0; begin < count; begin += Block)
        {
            T* p = x + begin;
            int n = Math.Min(Block, count - begin);
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
            int i = 0;
            for (; i <= n - (4 * V.Count); i += 4 * V.Count)
            {
                s0 = rule.Add(s0, factor * V.Load(p + i));
                s1 = rule.Add(s1, factor * V.Load(p + i + V.Count));
                s2 = rule.Add(s2, factor * V.Load(p + i + (2 * V.Count)));
                s3 = rule.Add(s3, factor * V.Load(p + i + (3 * V.Count)));
            }
            for (; i <= n - V.Count; i += V.Count) s0 = rule.Add(s0, factor * V.Load(p + i));
            if (i < n) s1 = rule.Add(s1, factor * V.LoadPartial(p + i, n - i));
            total = TRule.Join(total, TRule.Lanes<V, T>(TRule.Join(TRule.Join(s0, s2), TRule.Join(s1, s3))));
        }
        return total;
    }

    private struct Arguments<TRule, T>
        where TRule : unmanaged
        where T : unmanaged
    {
        public TRule Rule;
        public T* X;
        public int Count;
        public double Scale;
        public double* Parts;
    }
}

internal readonly struct SquareRule : IFoldRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Add<V>(V sum, V x)
        where V : struct, IVec<V> => V.Fma(x, x, sum);
}

internal readonly struct MagnitudeRule : IFoldRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Add<V>(V sum, V x)
        where V : struct, IVec<V> => sum + V.Abs(x);
}

internal readonly struct PowerRule(double power) : IFoldRule
{
    private readonly double _power = power;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Add<V>(V sum, V x)
        where V : struct, IVec<V> => sum + V.Exp(V.Const(_power) * V.Log(V.Abs(x)));
}

/// <summary>The largest magnitude; NaN where a number is.</summary>
internal readonly struct LargestRule : IFoldRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Add<V>(V sum, V x)
        where V : struct, IVec<V> => V.Max(sum, V.Abs(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V>(V a, V b)
        where V : struct, IVec<V> => V.Max(a, b);

    public static double Join(double a, double b) => Math.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Lanes<V, T>(V sum)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T> => double.CreateTruncating(V.MaxLane(sum));
}
