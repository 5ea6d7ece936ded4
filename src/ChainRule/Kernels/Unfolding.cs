using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Convolution;
using ChainRule.Kernels.Pooling;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels;

/// <summary>
/// Copies the windows of contiguous planes [D, H, W] into columns [taps, windows], and adds columns back. Divided among
/// threads by plane.
/// </summary>
internal static unsafe class Unfolding<T>
    where T : unmanaged, INumber<T>
{
    private struct Work
    {
        public PoolingShape Shape;
        public Extent Output;
        public int PlanesPerChunk;
        public T* X, Columns;
    }

    /// <summary>columns[p, t, o] = x[p, place of tap t in window o]; 0 in the padding.</summary>
    public static void Forward(in PoolingShape shape, T* x, T* columns) => Run(&ForwardChunk, shape, x, columns);

    /// <summary>x = the sum of all entries of the columns that stand for it; overwrites x.</summary>
    public static void Backward(in PoolingShape shape, T* columns, T* x)
    {
        switch (SimdInfo.Width)
        {
            case 512: Run(&BackwardChunk<Vec512<T>>, shape, x, columns); break;
            case 256: Run(&BackwardChunk<Vec256<T>>, shape, x, columns); break;
            case 128: Run(&BackwardChunk<Vec128<T>>, shape, x, columns); break;
            default: Run(&BackwardChunk<Vec1<T>>, shape, x, columns); break;
        }
    }

    private static void Run(delegate*<void*, int, void> body, in PoolingShape shape, T* x, T* columns)
    {
        const int parallelWork = 64 * 1024, chunkWork = 16 * 1024;
        Work work = new() { Shape = shape, Output = shape.Output, X = x, Columns = columns };
        int plane = Math.Max(1, Math.Max(shape.Input.Volume, shape.Kernel.Volume * work.Output.Volume));
        work.PlanesPerChunk = Math.Max(1, chunkWork / plane);
        int chunks = (shape.Planes + work.PlanesPerChunk - 1) / work.PlanesPerChunk;
        Scheduler scheduler = (long)plane * shape.Planes < parallelWork ? SerialScheduler.Instance : Scheduler.Current;
        scheduler.Run(body, &work, chunks);
    }

    /// <summary>The windows of a row whose tap lies in the input.</summary>
    private readonly struct Row
    {
        public readonly int First, End;
        public readonly nint Offset; // of the tap of window First in the plane

        public Row(in PoolingShape s, Extent tap, int od, int oh, int windows)
        {
            int d = (od * s.Stride.D) + (tap.D * s.Dilation.D) - s.Padding.D;
            int h = (oh * s.Stride.H) + (tap.H * s.Dilation.H) - s.Padding.H;
            int w = (tap.W * s.Dilation.W) - s.Padding.W;            // of window 0
            if ((uint)d >= (uint)s.Input.D || (uint)h >= (uint)s.Input.H || w >= s.Input.W) return;
            int first = w >= 0 ? 0 : (-w + s.Stride.W - 1) / s.Stride.W;
            int end = Math.Min(windows, ((s.Input.W - 1 - w) / s.Stride.W) + 1);
            if (first >= end) return;
            (First, End) = (first, end);
            Offset = ((((nint)d * s.Input.H) + h) * s.Input.W) + w + ((nint)first * s.Stride.W);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardChunk(void* argument, int chunk)
    {
        var work = (Work*)argument;
        PoolingShape s = work->Shape;
        Extent o = work->Output;
        int first = chunk * work->PlanesPerChunk, end = Math.Min(first + work->PlanesPerChunk, s.Planes);
        nint step = s.Stride.W;
        T* y = work->Columns + ((nint)first * s.Kernel.Volume * o.Volume);
        for (nint plane = first; plane < end; plane++)
        {
            T* x = work->X + (plane * s.Input.Volume);
            foreach (Extent tap in s.Kernel.Positions)
            {
                for (int od = 0; od < o.D; od++)
                {
                    for (int oh = 0; oh < o.H; oh++, y += o.W)
                    {
                        Row row = new(s, tap, od, oh, o.W);
                        int count = row.End - row.First;
                        new Span<T>(y, row.First).Clear();
                        new Span<T>(y + row.End, o.W - row.End).Clear();
                        T* from = x + row.Offset, to = y + row.First;
                        if (step == 1) new ReadOnlySpan<T>(from, count).CopyTo(new Span<T>(to, count));
                        else for (nint i = 0; i < count; i++) to[i] = from[i * step];
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardChunk<V>(void* argument, int chunk)
        where V : struct, ISimdVec<V, T>
    {
        var work = (Work*)argument;
        PoolingShape s = work->Shape;
        Extent o = work->Output;
        int first = chunk * work->PlanesPerChunk, end = Math.Min(first + work->PlanesPerChunk, s.Planes);
        nint step = s.Stride.W;
        T* y = work->Columns + ((nint)first * s.Kernel.Volume * o.Volume);
        for (nint plane = first; plane < end; plane++)
        {
            T* x = work->X + (plane * s.Input.Volume);
            new Span<T>(x, s.Input.Volume).Clear();
            foreach (Extent tap in s.Kernel.Positions)
            {
                for (int od = 0; od < o.D; od++)
                {
                    for (int oh = 0; oh < o.H; oh++, y += o.W)
                    {
                        Row row = new(s, tap, od, oh, o.W);
                        nint count = row.End - row.First, i = 0;
                        T* to = x + row.Offset, from = y + row.First;
                        if (step == 1)
                        {
                            for (; i <= count - V.Count; i += V.Count)
                                V.Store(to + i, V.Load(to + i) + V.Load(from + i));
                        }
                        for (; i < count; i++) to[i * step] += from[i];
                    }
                }
            }
        }
    }
}
