using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>One channel at a time: rows of L neighbours, N of them.</summary>
internal static unsafe partial class BatchNormKernel
{
    private static void ForwardChannels<V, T>(void* argument, int chunk)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        nint end = Math.Min((chunk + 1) * a->PerChunk, a->C);
        for (nint c = chunk * a->PerChunk; c < end; c++)
        {
            if (a->Training)
            {
                T mean = T.CreateTruncating(ChannelSum<V, T>(a, c) / a->Values);
                double squares = ChannelSquares<V, T>(a, c, mean, out double deviation);
                Finish(a, c, double.CreateTruncating(mean), deviation, squares);
            }
            else
            {
                TakeRunning(a, c);
            }
            Normalise<V, T>(a, c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double ChannelSum<V, T>(Arguments<T>* a, nint c)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        double total = 0;
        V s0 = V.Zero, s1 = V.Zero;
        nint pending = 0;
        for (nint n = 0; n < a->N; n++)
        {
            T* x = a->X + (((n * a->C) + c) * a->L);
            for (nint block = 0; block < a->L; block += Block)
            {
                nint stop = Math.Min(block + Block, a->L), i = block;
                for (; i <= stop - (2 * V.Count); i += 2 * V.Count)
                {
                    s0 += V.Load(x + i);
                    s1 += V.Load(x + i + V.Count);
                }
                for (; i < stop; i += V.Count) s0 += Lanes.Load<V, T>(x + i, (int)Math.Min(V.Count, stop - i));
                pending += stop - block;
                if (pending < Block) continue;
                total += double.CreateTruncating(V.Sum(s0 + s1));
                (s0, s1, pending) = (V.Zero, V.Zero, 0);
            }
        }
        return total + double.CreateTruncating(V.Sum(s0 + s1));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double ChannelSquares<V, T>(Arguments<T>* a, nint c, T mean, out double deviation)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        double total = 0;
        deviation = 0;
        V m = V.Broadcast(mean), s0 = V.Zero, s1 = V.Zero, t0 = V.Zero, t1 = V.Zero;
        nint pending = 0;
        for (nint n = 0; n < a->N; n++)
        {
            T* x = a->X + (((n * a->C) + c) * a->L);
            for (nint block = 0; block < a->L; block += Block)
            {
                nint stop = Math.Min(block + Block, a->L), i = block;
                for (; i <= stop - (2 * V.Count); i += 2 * V.Count)
                {
                    V d0 = V.Load(x + i) - m, d1 = V.Load(x + i + V.Count) - m;
                    s0 = V.Fma(d0, d0, s0);
                    s1 = V.Fma(d1, d1, s1);
                    t0 += d0;
                    t1 += d1;
                }
                for (; i <= stop - V.Count; i += V.Count)
                {
                    V d = V.Load(x + i) - m;
                    s0 = V.Fma(d, d, s0);
                    t0 += d;
                }
                for (; i < stop; i++)
                {
                    double d = double.CreateTruncating(x[i] - mean);
                    total += d * d;
                    deviation += d;
                }
                pending += stop - block;
                if (pending < Block) continue;
                total += double.CreateTruncating(V.Sum(s0 + s1));
                deviation += double.CreateTruncating(V.Sum(t0 + t1));
                (s0, s1, t0, t1, pending) = (V.Zero, V.Zero, V.Zero, V.Zero, 0);
            }
        }
        deviation += double.CreateTruncating(V.Sum(t0 + t1));
        return total + double.CreateTruncating(V.Sum(s0 + s1));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalise<V, T>(Arguments<T>* a, nint c)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V mean = V.Broadcast(a->Mean[c]),
            factor = V.Broadcast(a->Weight == null ? a->InvStd[c] : a->InvStd[c] * a->Weight[c]);
        V shift = V.Broadcast(a->Bias == null ? T.Zero : a->Bias[c]);
        for (nint n = 0; n < a->N; n++)
        {
            nint at = ((n * a->C) + c) * a->L;
            T* x = a->X + at, y = a->Y + at;
            nint i = 0;
            for (; i <= a->L - V.Count; i += V.Count) V.Store(y + i, V.Fma(V.Load(x + i) - mean, factor, shift));
            int rest = (int)(a->L - i);
            if (rest > 0) V.StorePartial(y + i, V.Fma(V.LoadPartial(x + i, rest) - mean, factor, shift), rest);
        }
    }

    private static void BackwardChannels<V, T>(void* argument, int chunk)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        nint end = Math.Min((chunk + 1) * a->PerChunk, a->C);
        for (nint c = chunk * a->PerChunk; c < end; c++)
        {
            GradientSums<V, T>(a, c, out double sum, out double dot);
            double scale = double.CreateTruncating(a->InvStd[c]);
            if (a->DBias != null) a->DBias[c] = T.CreateTruncating(sum);
            if (a->DWeight != null) a->DWeight[c] = T.CreateTruncating(dot * scale);
            if (a->DX == null) continue;
            double factor = a->Weight == null ? scale : scale * double.CreateTruncating(a->Weight[c]);
            bool batch = a->Training;
            InputGradient<V, T>(
                a, c, V.Const(factor), V.Const(batch ? -factor * sum / a->Values : 0),
                V.Const(batch ? -factor * scale * scale * dot / a->Values : 0));
        }
    }

    // Sums of dy and of dy * (x - mean).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientSums<V, T>(Arguments<T>* a, nint c, out double sum, out double dot)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        double sums = 0, dots = 0;
        V mean = V.Broadcast(a->Mean[c]), s0 = V.Zero, s1 = V.Zero, d0 = V.Zero, d1 = V.Zero;
        nint pending = 0;
        for (nint n = 0; n < a->N; n++)
        {
            nint at = ((n * a->C) + c) * a->L;
            T* x = a->X + at, dy = a->Y + at;
            for (nint block = 0; block < a->L; block += Block)
            {
                nint stop = Math.Min(block + Block, a->L), i = block;
                for (; i <= stop - (2 * V.Count); i += 2 * V.Count)
                {
                    V g0 = V.Load(dy + i), g1 = V.Load(dy + i + V.Count);
                    s0 += g0;
                    s1 += g1;
                    d0 = V.Fma(g0, V.Load(x + i) - mean, d0);
                    d1 = V.Fma(g1, V.Load(x + i + V.Count) - mean, d1);
                }
                for (; i < stop; i += V.Count)
                {
                    // Lanes that are not there have gradient 0.
                    int count = (int)Math.Min(V.Count, stop - i);
                    V g = Lanes.Load<V, T>(dy + i, count);
                    s0 += g;
                    d0 = V.Fma(g, Lanes.Load<V, T>(x + i, count) - mean, d0);
                }
                pending += stop - block;
                if (pending < Block) continue;
                sums += double.CreateTruncating(V.Sum(s0 + s1));
                dots += double.CreateTruncating(V.Sum(d0 + d1));
                (s0, s1, d0, d1, pending) = (V.Zero, V.Zero, V.Zero, V.Zero, 0);
            }
        }
        sum = sums + double.CreateTruncating(V.Sum(s0 + s1));
        dot = dots + double.CreateTruncating(V.Sum(d0 + d1));
    }

    // dx = factor * dy + shift + slope * (x - mean).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputGradient<V, T>(Arguments<T>* a, nint c, V factor, V shift, V slope)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V mean = V.Broadcast(a->Mean[c]);
        for (nint n = 0; n < a->N; n++)
        {
            nint at = ((n * a->C) + c) * a->L;
            T* x = a->X + at, dy = a->Y + at, dx = a->DX + at;
            nint i = 0;
            for (; i <= a->L - V.Count; i += V.Count)
                V.Store(dx + i, V.Fma(V.Load(dy + i), factor, V.Fma(V.Load(x + i) - mean, slope, shift)));
            int rest = (int)(a->L - i);
            if (rest == 0) continue;
            V last = V.Fma(V.LoadPartial(x + i, rest) - mean, slope, shift);
            V.StorePartial(dx + i, V.Fma(V.LoadPartial(dy + i, rest), factor, last), rest);
        }
    }
}
