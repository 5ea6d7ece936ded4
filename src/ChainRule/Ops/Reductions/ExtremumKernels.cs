using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>Which of two numbers wins; NaN always does.</summary>
internal interface IExtremum : IFold
{
    static abstract T Lane<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged;
}

internal readonly struct TakeLargest : IExtremum
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V a, V b)
        where V : struct, IVec<V> => V.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Lane<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged => V.MaxLane(x);
}

internal readonly struct TakeSmallest : IExtremum
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V>(V a, V b)
        where V : struct, IVec<V> => V.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Lane<V, T>(V x)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged => V.MinLane(x);
}

/// <summary>Out: the extremum of each run. Indices, where wanted: the first place it stands at.</summary>
/// <remarks>Runs have at least one element. The value is found by registers; its place by a second look that stops at
/// the first hit.</remarks>
internal readonly unsafe struct ExtremumKernel<TE> : IAxisKernel
    where TE : struct, IExtremum
{
    public static void Row<V, T>(in AxisArguments<T> p, nint row)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* x = p.X + (row * p.Length);
        T best = Value<V, T>(x, p.Length);
        p.Out[row] = best;
        if (p.Indices != null) p.Indices[row] = Place<V, T>(x, p.Length, best);
    }

    public static bool Stripe<V, T>(in AxisArguments<T> p, nint start, nint run, int count)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        if (p.Indices != null) return false;
        T* x = p.X + start, y = p.Out + run;
        new Span<T>(x, count).CopyTo(new Span<T>(y, count));
        RowFold.Run<TE, V, T>(x + p.Inner, p.Inner, p.Length - 1, y, count);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* x = p.X + start;
        V best = Lanes.Load<V, T>(x, lanes);
        for (nint r = 1; r < p.Length; r++) best = TE.Of(best, Lanes.Load<V, T>(x + (r * p.Inner), lanes));
        Lanes.Store(p.Out + run, best, lanes);
        if (p.Indices == null) return;
        ulong missing = lanes == 64 ? ulong.MaxValue : (1UL << lanes) - 1;
        for (nint r = 0; r < p.Length && missing != 0; r++)
        {
            ulong found = Hits<V, T>(Lanes.Load<V, T>(x + (r * p.Inner), lanes), best) & missing;
            missing &= ~found;
            for (; found != 0; found &= found - 1) p.Indices[run + BitOperations.TrailingZeroCount(found)] = r;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Value<V, T>(T* x, nint length)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        // Short rows start from copies of their first element: a lane must not bring in a number that is not there.
        V a = V.Broadcast(*x), b = a;
        nint i = 0;
        for (; i <= length - (2 * V.Count); i += 2 * V.Count)
        {
            a = TE.Of(a, V.Load(x + i));
            b = TE.Of(b, V.Load(x + i + V.Count));
        }
        for (; i <= length - V.Count; i += V.Count) a = TE.Of(a, V.Load(x + i));
        if (i < length && length >= V.Count) a = TE.Of(a, V.Load(x + length - V.Count));
        else for (; i < length; i++) b = TE.Of(b, V.Broadcast(x[i]));
        return TE.Lane<V, T>(TE.Of(a, b));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Place<V, T>(T* x, nint length, T best)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V wanted = V.Broadcast(best);
        for (nint i = 0; i < length; i += V.Count)
        {
            int count = (int)Math.Min(V.Count, length - i);
            ulong found = Hits<V, T>(Lanes.Load<V, T>(x + i, count), wanted);
            if (count < V.Count) found &= (1UL << count) - 1;
            if (found != 0) return i + BitOperations.TrailingZeroCount(found);
        }
        return 0;
    }

    // A NaN equals nothing, but where there is one it is the extremum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hits<V, T>(V x, V wanted)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T> =>
            V.Bits(V.Equal(x, wanted)) | (V.Bits(V.Equal(x, x)) ^ (ulong.MaxValue >> (64 - V.Count)));
}
