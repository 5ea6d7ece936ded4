using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Convolution;

/// <summary>db[c] = sum of dy[n, c, p] over images and pixels: each plane's sum first, then these in order.</summary>
internal static unsafe class BiasGradient<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    private const long ParallelWork = 64 * 1024;

    private struct Work
    {
        public T* Gradient;
        public T* Result;
        public nint Batch;
        public nint Channels;
        public nint Plane;
        public bool Accumulate;
    }

    public static void Run(in ConvolutionShape s, T* dy, T* db, bool accumulate)
    {
        var work = new Work
        {
            Gradient = dy,
            Result = db,
            Batch = s.Batch,
            Channels = s.OutputChannels,
            Plane = s.Output.Volume,
            Accumulate = accumulate,
        };
        Scheduler scheduler = s.OutputLength < ParallelWork ? SerialScheduler.Instance : Scheduler.Current;
        scheduler.Run(&Channel, &work, s.OutputChannels);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Channel(void* argument, int channel)
    {
        var work = (Work*)argument;
        T total = T.Zero;
        for (nint n = 0; n < work->Batch; n++)
            total += Sum(work->Gradient + (((n * work->Channels) + channel) * work->Plane), work->Plane);
        work->Result[channel] = work->Accumulate ? work->Result[channel] + total : total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Sum(T* plane, nint length)
    {
        // Four sums side by side hide the latency of an addition.
        TVec s0 = TVec.Zero, s1 = TVec.Zero, s2 = TVec.Zero, s3 = TVec.Zero;
        nint i = 0, four = 4 * TVec.Count;
        for (; i <= length - four; i += four)
        {
            s0 += TVec.Load(plane + i);
            s1 += TVec.Load(plane + i + TVec.Count);
            s2 += TVec.Load(plane + i + (2 * TVec.Count));
            s3 += TVec.Load(plane + i + (3 * TVec.Count));
        }
        for (; i <= length - TVec.Count; i += TVec.Count) s0 += TVec.Load(plane + i);
        T total = TVec.Sum((s0 + s1) + (s2 + s3));
        for (; i < length; i++) total += plane[i];
        return total;
    }
}
