using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>[N, C]: channels lie side by side, a register takes as many as it has lanes.</summary>
internal static unsafe partial class BatchNormKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardLanes<V, T>(void* argument, int chunk)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        nint end = Math.Min((chunk + 1) * a->PerChunk, a->C);
        T* sums = stackalloc T[V.Count], squares = stackalloc T[V.Count], rests = stackalloc T[V.Count];
        for (nint c = chunk * a->PerChunk; c < end; c += V.Count)
        {
            int lanes = (int)Math.Min(V.Count, end - c);
            if (a->Training)
            {
                V total = V.Zero;
                for (nint block = 0; block < a->N; block += Block)
                {
                    nint stop = Math.Min(block + Block, a->N);
                    V sum = V.Zero;
                    for (nint n = block; n < stop; n++) sum += Lanes.Load<V, T>(a->X + (n * a->C) + c, lanes);
                    total += sum;
                }
                V mean = total / V.Const(a->N), spread = V.Zero, rest = V.Zero;
                for (nint block = 0; block < a->N; block += Block)
                {
                    nint stop = Math.Min(block + Block, a->N);
                    V sum = V.Zero, left = V.Zero;
                    for (nint n = block; n < stop; n++)
                    {
                        V d = Lanes.Load<V, T>(a->X + (n * a->C) + c, lanes) - mean;
                        sum = V.Fma(d, d, sum);
                        left += d;
                    }
                    spread += sum;
                    rest += left;
                }
                V.Store(sums, mean);
                V.Store(squares, spread);
                V.Store(rests, rest);
                for (int i = 0; i < lanes; i++)
                {
                    double deviation = double.CreateTruncating(rests[i]), spreads = double.CreateTruncating(squares[i]);
                    Finish(a, c + i, double.CreateTruncating(sums[i]), deviation, spreads);
                }
            }
            else
            {
                for (int i = 0; i < lanes; i++) TakeRunning(a, c + i);
            }
            V middle = Lanes.Load<V, T>(a->Mean + c, lanes), factor = Factor<V, T>(a, c, lanes);
            V shift = a->Bias == null ? V.Zero : Lanes.Load<V, T>(a->Bias + c, lanes);
            for (nint n = 0; n < a->N; n++)
            {
                nint at = (n * a->C) + c;
                Lanes.Store(a->Y + at, V.Fma(Lanes.Load<V, T>(a->X + at, lanes) - middle, factor, shift), lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardLanes<V, T>(void* argument, int chunk)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        Arguments<T>* a = (Arguments<T>*)argument;
        nint end = Math.Min((chunk + 1) * a->PerChunk, a->C);
        for (nint c = chunk * a->PerChunk; c < end; c += V.Count)
        {
            int lanes = (int)Math.Min(V.Count, end - c);
            V mean = Lanes.Load<V, T>(a->Mean + c, lanes), scale = Lanes.Load<V, T>(a->InvStd + c, lanes);
            V sum = V.Zero, dot = V.Zero;
            for (nint block = 0; block < a->N; block += Block)
            {
                nint stop = Math.Min(block + Block, a->N);
                V s = V.Zero, d = V.Zero;
                for (nint n = block; n < stop; n++)
                {
                    nint at = (n * a->C) + c;
                    V g = Lanes.Load<V, T>(a->Y + at, lanes);
                    s += g;
                    d = V.Fma(g, Lanes.Load<V, T>(a->X + at, lanes) - mean, d);
                }
                sum += s;
                dot += d;
            }
            if (a->DBias != null) Lanes.Store(a->DBias + c, sum, lanes);
            if (a->DWeight != null) Lanes.Store(a->DWeight + c, dot * scale, lanes);
            if (a->DX == null) continue;
            V factor = Factor<V, T>(a, c, lanes), shift = V.Zero, slope = V.Zero;
            if (a->Training)
            {
                V share = factor / V.Const(a->N);
                shift = -(share * sum);
                slope = -(share * scale * scale * dot);
            }
            for (nint n = 0; n < a->N; n++)
            {
                nint at = (n * a->C) + c;
                V last = V.Fma(Lanes.Load<V, T>(a->X + at, lanes) - mean, slope, shift);
                Lanes.Store(a->DX + at, V.Fma(Lanes.Load<V, T>(a->Y + at, lanes), factor, last), lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Factor<V, T>(Arguments<T>* a, nint c, int lanes)
        where V : struct, ISimdVec<V, T>
        where T : unmanaged, INumber<T>
    {
        V scale = Lanes.Load<V, T>(a->InvStd + c, lanes);
        return a->Weight == null ? scale : scale * Lanes.Load<V, T>(a->Weight + c, lanes);
    }
}
