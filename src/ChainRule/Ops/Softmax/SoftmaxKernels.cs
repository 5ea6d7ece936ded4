using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>What the kernels of this family share: the largest number of a run.</summary>
/// <remarks>
/// A NaN may be passed over, which the fast instruction does: every user adds up exponentials of all numbers, and their
/// sum is then NaN as it should be.
/// </remarks>
internal static unsafe class RunMaximum
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T OfRow<V, T>(T* x, nint length, T* tail)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V m0 = V.Const(double.NegativeInfinity), m1 = m0, m2 = m0, m3 = m0;
        nint i = 0;
        for (; i <= length - (4 * V.Count); i += 4 * V.Count)
        {
            m0 = V.MaxNative(m0, V.Load(x + i));
            m1 = V.MaxNative(m1, V.Load(x + i + V.Count));
            m2 = V.MaxNative(m2, V.Load(x + i + (2 * V.Count)));
            m3 = V.MaxNative(m3, V.Load(x + i + (3 * V.Count)));
        }
        for (; i <= length - V.Count; i += V.Count) m0 = V.MaxNative(m0, V.Load(x + i));
        if (i < length) m1 = V.MaxNative(m1, V.LoadPartial(x + i, (int)(length - i)) + V.Load(tail));
        return V.MaxLane(V.MaxNative(V.MaxNative(m0, m1), V.MaxNative(m2, m3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static V OfColumns<V, T>(in AxisArguments<T> p, T* x, int lanes)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V most = V.Const(double.NegativeInfinity);
        for (nint r = 0; r < p.Length; r++) most = V.MaxNative(most, Lanes.Load<V, T>(x + (r * p.Inner), lanes));
        return most;
    }
}

/// <summary>Out = e^(X - max) / sum. The exponentials are computed once and scaled in place while they are in the
/// cache.</summary>
internal readonly unsafe struct SoftmaxKernel : IAxisKernel
{
    public static void Row<V, T>(in AxisArguments<T> p, nint row)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint n = p.Length;
        T* y = p.Out + (row * n);
        T sum = Exponentials<V, T>(p.X + (row * n), y, n, p.Tail, out _);
        Scale<V, T>(y, n, T.One / sum);
    }

    /// <summary>y = e^(x - most) for the largest x; returns their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Exponentials<V, T>(T* x, T* y, nint n, T* tail, out T most)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        most = RunMaximum.OfRow<V, T>(x, n, tail);
        // Infinities have no difference: where all is -infinity the exponentials are 0, which their sum makes NaN.
        V largest = V.Broadcast(T.IsNegativeInfinity(most) ? T.Zero : most), sum = V.Zero;
        nint i = 0;
        for (; i <= n - V.Count; i += V.Count)
        {
            V e = V.Exp(V.Load(x + i) - largest);
            sum += e;
            V.Store(y + i, e);
        }
        if (i < n)
        {
            V e = V.Exp(V.LoadPartial(x + i, (int)(n - i)) + V.Load(tail) - largest);
            sum += e;
            V.StorePartial(y + i, e, (int)(n - i));
        }
        return V.Sum(sum);
    }

    /// <summary>y *= factor, from the end, which is still in the nearest cache; never subnormal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale<V, T>(T* y, nint n, T factor)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V scale = V.Broadcast(factor), smallest = V.Const(typeof(T) == typeof(float) ? 1.17549435e-38 : 2.3e-308);
        int rest = (int)(n % V.Count);
        nint i = n - rest;
        if (rest > 0) V.StorePartial(y + i, Normal(V.LoadPartial(y + i, rest) * scale, smallest), rest);
        for (i -= V.Count; i >= 0; i -= V.Count) V.Store(y + i, Normal(V.Load(y + i) * scale, smallest));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Normal<V>(V x, V smallest)
        where V : struct, IVec<V> => V.Select(V.Less(x, smallest), V.Zero, x);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* x = p.X + start, y = p.Out + start;
        V most = RunMaximum.OfColumns<V, T>(in p, x, lanes), sum = V.Zero;
        for (nint r = 0; r < p.Length; r++)
        {
            V e = V.Exp(Lanes.Load<V, T>(x + (r * p.Inner), lanes) - most);
            sum += e;
            Lanes.Store(y + (r * p.Inner), e, lanes);
        }
        V scale = V.One / sum;
        for (nint r = 0; r < p.Length; r++)
        {
            T* at = y + (r * p.Inner);
            Lanes.Store(at, Lanes.Load<V, T>(at, lanes) * scale, lanes);
        }
    }
}

/// <summary>Out = Y * (X - sum of X * Y), with X the gradient and Y the probabilities.</summary>
internal readonly unsafe struct SoftmaxBackwardKernel : IAxisKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row<V, T>(in AxisArguments<T> p, nint row)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint n = p.Length;
        T* d = p.X + (row * n), y = p.Y + (row * n), o = p.Out + (row * n);
        V sum = V.Zero;
        for (nint i = 0; i < n; i += V.Count)
        {
            int count = (int)Math.Min(n - i, V.Count);
            sum = V.Fma(Lanes.Load<V, T>(d + i, count), Lanes.Load<V, T>(y + i, count), sum);
        }
        V total = V.Broadcast(V.Sum(sum));
        for (nint i = 0; i < n; i += V.Count)
        {
            int count = (int)Math.Min(n - i, V.Count);
            Lanes.Store(o + i, Lanes.Load<V, T>(y + i, count) * (Lanes.Load<V, T>(d + i, count) - total), count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* d = p.X + start, y = p.Y + start, o = p.Out + start;
        V sum = V.Zero;
        for (nint r = 0; r < p.Length; r++)
        {
            nint at = r * p.Inner;
            sum = V.Fma(Lanes.Load<V, T>(d + at, lanes), Lanes.Load<V, T>(y + at, lanes), sum);
        }
        for (nint r = 0; r < p.Length; r++)
        {
            nint at = r * p.Inner;
            Lanes.Store(o + at, Lanes.Load<V, T>(y + at, lanes) * (Lanes.Load<V, T>(d + at, lanes) - sum), lanes);
        }
    }
}

/// <summary>Out = X - max - ln(sum of e^(X - max)).</summary>
internal readonly unsafe struct LogSoftmaxKernel : IAxisKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row<V, T>(in AxisArguments<T> p, nint row)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint n = p.Length;
        T* x = p.X + (row * n), y = p.Out + (row * n);
        T largest = RunMaximum.OfRow<V, T>(x, p.Length, p.Tail);
        V most = V.Broadcast(largest), log = V.Broadcast(LogSumExpKernel.LogOfRow<V, T>(in p, x, largest));
        for (nint i = 0; i < n; i += V.Count)
        {
            int count = (int)Math.Min(n - i, V.Count);
            Lanes.Store(y + i, Lanes.Load<V, T>(x + i, count) - most - log, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* x = p.X + start, y = p.Out + start;
        V most = RunMaximum.OfColumns<V, T>(in p, x, lanes);
        V log = LogSumExpKernel.LogOfColumns<V, T>(in p, x, most, lanes);
        for (nint r = 0; r < p.Length; r++)
        {
            nint at = r * p.Inner;
            Lanes.Store(y + at, Lanes.Load<V, T>(x + at, lanes) - most - log, lanes);
        }
    }
}

/// <summary>Out = X - e^Y * sum of X, with X the gradient and Y the logarithms of the probabilities.</summary>
internal readonly unsafe struct LogSoftmaxBackwardKernel : IAxisKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row<V, T>(in AxisArguments<T> p, nint row)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        nint n = p.Length;
        T* d = p.X + (row * n), y = p.Y + (row * n), o = p.Out + (row * n);
        V sum = V.Zero;
        for (nint i = 0; i < n; i += V.Count) sum += Lanes.Load<V, T>(d + i, (int)Math.Min(n - i, V.Count));
        V total = V.Broadcast(V.Sum(sum));
        for (nint i = 0; i < n; i += V.Count)
        {
            int count = (int)Math.Min(n - i, V.Count);
            Lanes.Store(o + i, Lanes.Load<V, T>(d + i, count) - (V.Exp(Lanes.Load<V, T>(y + i, count)) * total), count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* d = p.X + start, y = p.Y + start, o = p.Out + start;
        V sum = V.Zero;
        for (nint r = 0; r < p.Length; r++) sum += Lanes.Load<V, T>(d + (r * p.Inner), lanes);
        for (nint r = 0; r < p.Length; r++)
        {
            nint at = r * p.Inner;
            Lanes.Store(o + at, Lanes.Load<V, T>(d + at, lanes) - (V.Exp(Lanes.Load<V, T>(y + at, lanes)) * sum),
                lanes);
        }
    }
}

/// <summary>Out = ln(sum of e^X), one number a run.</summary>
internal readonly unsafe struct LogSumExpKernel : IAxisKernel
{
    public static void Row<V, T>(in AxisArguments<T> p, nint row)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* x = p.X + (row * p.Length);
        // Infinities have no difference: they pass through exponential and logarithm as they are.
        T most = RunMaximum.OfRow<V, T>(x, p.Length, p.Tail);
        if (T.IsInfinity(most)) most = T.Zero;
        p.Out[row] = most + LogOfRow<V, T>(in p, x, most);
    }

    public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        T* x = p.X + start;
        V most = RunMaximum.OfColumns<V, T>(in p, x, lanes);
        most = V.Select(V.Equal(V.Abs(most), V.Const(double.PositiveInfinity)), V.Zero, most);
        Lanes.Store(p.Out + run, most + LogOfColumns<V, T>(in p, x, most, lanes), lanes);
    }

    /// <summary>ln(sum of e^(x - most)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T LogOfRow<V, T>(in AxisArguments<T> p, T* x, T most)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V m = V.Broadcast(most), sum = V.Zero;
        nint i = 0;
        for (; i <= p.Length - V.Count; i += V.Count) sum += V.Exp(V.Load(x + i) - m);
        if (i < p.Length) sum += V.Exp(V.LoadPartial(x + i, (int)(p.Length - i)) + V.Load(p.Tail) - m);
        return T.CreateTruncating(Math.Log(double.CreateTruncating(V.Sum(sum))));
    }

    /// <summary>ln(sum of e^(x - most)) of each column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static V LogOfColumns<V, T>(in AxisArguments<T> p, T* x, V most, int lanes)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V sum = V.Zero;
        for (nint r = 0; r < p.Length; r++) sum += V.Exp(Lanes.Load<V, T>(x + (r * p.Inner), lanes) - most);
        return V.Log(sum);
    }
}
