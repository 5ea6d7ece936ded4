using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ChainRule.Kernels.Convolution;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Pooling;

/// <summary>Maximum and average pooling over contiguous planes, divided among threads by plane.</summary>
internal static unsafe class Pooling<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Larger windows take the plain loop.
    private const int MostTaps = 256;

    private struct Work
    {
        public PoolingShape Shape;
        public Extent Output;
        public int PlanesPerChunk;
        public T* X; // or its gradient
        public T* Y; // or its gradient
        public int* Index;
        public bool Halving;
    }

    /// <summary>
    /// y = the largest number of each window and index = its place in the input's plane: the first of equals. A NaN
    /// counts as
    /// largest. A window that holds no input gives minus infinity and index -1.
    /// </summary>
    public static void MaxForward(in PoolingShape shape, T* x, T* y, int* index) =>
        Run(&MaxForwardChunk, new Work { Shape = shape, X = x, Y = y, Index = index });

    /// <summary>dx = the gradients of all outputs whose maximum came from there; overwrites dx.</summary>
    public static void MaxBackward(in PoolingShape shape, T* dy, int* index, T* dx) =>
        Run(&MaxBackwardChunk, new Work { Shape = shape, X = dx, Y = dy, Index = index });

    /// <summary>y = the sum of each window over its divisor; 0 for a window that holds no input.</summary>
    public static void AverageForward(in PoolingShape shape, T* x, T* y) =>
        Run(&AverageForwardChunk, new Work { Shape = shape, X = x, Y = y });

    /// <summary>dx = the sum of dy over its divisor for all windows that hold the position; overwrites dx.</summary>
    public static void AverageBackward(in PoolingShape shape, T* dy, T* dx) =>
        Run(&AverageBackwardChunk, new Work { Shape = shape, X = dx, Y = dy });

    private static void Run(delegate*<void*, int, void> body, Work work)
    {
        const int parallelWork = 64 * 1024, chunkWork = 16 * 1024;
        PoolingShape shape = work.Shape;
        work.Output = shape.Output;
        work.Halving = typeof(T) == typeof(float) && shape.IsHalving
            && work.Output.W >= Halving.Shortest && Halving.Available;
        int plane = Math.Max(1, Math.Max(shape.Input.Volume, work.Output.Volume));
        work.PlanesPerChunk = Math.Max(1, chunkWork / plane);
        int chunks = (shape.Planes + work.PlanesPerChunk - 1) / work.PlanesPerChunk;
        Scheduler scheduler = (long)plane * shape.Planes < parallelWork ? SerialScheduler.Instance : Scheduler.Current;
        scheduler.Run(body, &work, chunks);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MaxForwardChunk(void* argument, int chunk)
    {
        var work = (Work*)argument;
        PoolingShape s = work->Shape;
        Extent o = work->Output, dilation = s.Dilation;
        int first = chunk * work->PlanesPerChunk, end = Math.Min(first + work->PlanesPerChunk, s.Planes);
        nint inputs = s.Input.Volume, outputs = o.Volume;
        if (!work->Halving && s.Kernel.Volume <= MostTaps && SimdInfo.Width >= 128)
        {
            T* from = work->X + (first * inputs), to = work->Y + (first * outputs);
            int* places = work->Index + (first * outputs);
            switch (SimdInfo.Width)
            {
                case 512: WindowMaximum<Vec512<T>, T>.Run(s, o, from, to, places, end - first); break;
                case 256: WindowMaximum<Vec256<T>, T>.Run(s, o, from, to, places, end - first); break;
                default: WindowMaximum<Vec128<T>, T>.Run(s, o, from, to, places, end - first); break;
            }
            return;
        }
        for (nint plane = first; plane < end; plane++)
        {
            T* x = work->X + (plane * inputs), y = work->Y + (plane * outputs);
            int* index = work->Index + (plane * outputs);
            if (work->Halving)
            {
                for (int d = 0, row = 0; d < o.D; d++)
                {
                    for (int h = 0; h < o.H; h++, row++)
                    {
                        int at = ((d * s.Input.H) + (2 * h)) * s.Input.W;
                        int to = row * o.W;
                        Halving.Maximum((float*)(x + at), s.Input.W, (float*)(y + to), index + to, at, o.W);
                    }
                }
                continue;
            }
            for (int od = 0; od < o.D; od++)
            {
                var wd = new Window(od, s.Input.D, s.Kernel.D, s.Stride.D, s.Padding.D, dilation.D);
                for (int oh = 0; oh < o.H; oh++)
                {
                    var wh = new Window(oh, s.Input.H, s.Kernel.H, s.Stride.H, s.Padding.H, dilation.H);
                    for (int ow = 0; ow < o.W; ow++)
                    {
                        var ww = new Window(ow, s.Input.W, s.Kernel.W, s.Stride.W, s.Padding.W, dilation.W);
                        T best = T.NegativeInfinity;
                        int where = -1;
                        for (int d = wd.First; d < wd.End; d += dilation.D)
                        {
                            for (int h = wh.First; h < wh.End; h += dilation.H)
                            {
                                int row = ((d * s.Input.H) + h) * s.Input.W;
                                for (int w = ww.First; w < ww.End; w += dilation.W)
                                {
                                    T value = x[row + w];
                                    if (!(value > best || where < 0 || T.IsNaN(value))) continue;
                                    best = value;
                                    where = row + w;
                                }
                            }
                        }
                        *y++ = best;
                        *index++ = where;
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MaxBackwardChunk(void* argument, int chunk)
    {
        var work = (Work*)argument;
        int first = chunk * work->PlanesPerChunk, end = Math.Min(first + work->PlanesPerChunk, work->Shape.Planes);
        nint inputs = work->Shape.Input.Volume, outputs = work->Output.Volume;
        for (nint plane = first; plane < end; plane++)
        {
            T* dx = work->X + (plane * inputs), dy = work->Y + (plane * outputs);
            int* index = work->Index + (plane * outputs);
            if (work->Halving && work->Output.W >= Halving.ShortestBack && Vector256.IsHardwareAccelerated)
            {
                Spread(work->Shape, work->Output, (float*)dy, index, (float*)dx);
                continue;
            }
            new Span<T>(dx, (int)inputs).Clear();
            for (nint i = 0; i < outputs; i++)
            {
                if (index[i] >= 0) dx[index[i]] += dy[i];
            }
        }
    }

    // Windows side by side: every position is written once. Without places the gradients are those of means.
    private static void Spread(in PoolingShape s, Extent output, float* dy, int* index, float* dx)
    {
        for (int d = 0; d < s.Input.D; d++)
        {
            for (int h = 0; h < output.H; h++, dy += output.W)
            {
                int at = ((d * s.Input.H) + (2 * h)) * s.Input.W;
                if (index == null)
                {
                    Halving.SpreadMean(dy, dx + at, s.Input.W, s.Divisor != 0 ? s.Divisor : 4, output.W);
                    continue;
                }
                Halving.Spread(dy, index, dx + at, s.Input.W, at, output.W);
                index += output.W;
            }
            if ((s.Input.H & 1) == 0) continue;
            new Span<float>(dx + ((((d + 1) * s.Input.H) - 1) * s.Input.W), s.Input.W).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AverageForwardChunk(void* argument, int chunk)
    {
        var work = (Work*)argument;
        PoolingShape s = work->Shape;
        Extent o = work->Output;
        int first = chunk * work->PlanesPerChunk, end = Math.Min(first + work->PlanesPerChunk, s.Planes);
        if (!work->Halving && s.Kernel.Volume <= MostTaps && SimdInfo.Width >= 128)
        {
            T* from = work->X + ((nint)first * s.Input.Volume), to = work->Y + ((nint)first * o.Volume);
            switch (SimdInfo.Width)
            {
                case 512: WindowAverage<Vec512<T>, T>.Forward(s, o, from, to, end - first); break;
                case 256: WindowAverage<Vec256<T>, T>.Forward(s, o, from, to, end - first); break;
                default: WindowAverage<Vec128<T>, T>.Forward(s, o, from, to, end - first); break;
            }
            return;
        }
        for (nint plane = first; plane < end; plane++)
        {
            T* x = work->X + (plane * s.Input.Volume), y = work->Y + (plane * o.Volume);
            for (int od = 0; od < o.D; od++)
            {
                var wd = new Window(od, s.Input.D, s.Kernel.D, s.Stride.D, s.Padding.D, 1);
                for (int oh = 0; oh < o.H; oh++)
                {
                    var wh = new Window(oh, s.Input.H, s.Kernel.H, s.Stride.H, s.Padding.H, 1);
                    if (work->Halving)
                    {
                        Halving.Average((float*)(x + (((od * s.Input.H) + (2 * oh)) * s.Input.W)), s.Input.W, (float*)y,
                            s.Divisor != 0 ? s.Divisor : 4, o.W);
                        y += o.W;
                        continue;
                    }
                    for (int ow = 0; ow < o.W; ow++)
                    {
                        var ww = new Window(ow, s.Input.W, s.Kernel.W, s.Stride.W, s.Padding.W, 1);
                        T sum = T.Zero;
                        for (int d = wd.First; d < wd.End; d++)
                        {
                            for (int h = wh.First; h < wh.End; h++)
                            {
                                T* row = x + (((d * s.Input.H) + h) * s.Input.W);
                                for (int w = ww.First; w < ww.End; w++) sum += row[w];
                            }
                        }
                        int divisor = Divisor(s, wd, wh, ww);
                        *y++ = divisor == 0 ? T.Zero : sum / T.CreateTruncating(divisor);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AverageBackwardChunk(void* argument, int chunk)
    {
        var work = (Work*)argument;
        PoolingShape s = work->Shape;
        Extent o = work->Output;
        int first = chunk * work->PlanesPerChunk, end = Math.Min(first + work->PlanesPerChunk, s.Planes);
        if (work->Halving && o.W >= Halving.ShortestBack && Vector256.IsHardwareAccelerated)
        {
            for (nint plane = first; plane < end; plane++)
            {
                float* dx = (float*)work->X + (plane * s.Input.Volume);
                Spread(s, o, (float*)work->Y + (plane * o.Volume), null, dx);
            }
            return;
        }
        if (s.Kernel.Volume <= MostTaps && SimdInfo.Width >= 128)
        {
            T* from = work->Y + ((nint)first * o.Volume), to = work->X + ((nint)first * s.Input.Volume);
            switch (SimdInfo.Width)
            {
                case 512: WindowAverage<Vec512<T>, T>.Backward(s, o, from, to, end - first); break;
                case 256: WindowAverage<Vec256<T>, T>.Backward(s, o, from, to, end - first); break;
                default: WindowAverage<Vec128<T>, T>.Backward(s, o, from, to, end - first); break;
            }
            return;
        }
        for (nint plane = first; plane < end; plane++)
        {
            T* dx = work->X + (plane * s.Input.Volume), dy = work->Y + (plane * o.Volume);
            new Span<T>(dx, s.Input.Volume).Clear();
            for (int od = 0; od < o.D; od++)
            {
                var wd = new Window(od, s.Input.D, s.Kernel.D, s.Stride.D, s.Padding.D, 1);
                for (int oh = 0; oh < o.H; oh++)
                {
                    var wh = new Window(oh, s.Input.H, s.Kernel.H, s.Stride.H, s.Padding.H, 1);
                    for (int ow = 0; ow < o.W; ow++)
                    {
                        var ww = new Window(ow, s.Input.W, s.Kernel.W, s.Stride.W, s.Padding.W, 1);
                        T gradient = *dy++;
                        int divisor = Divisor(s, wd, wh, ww);
                        if (divisor == 0) continue;
                        gradient /= T.CreateTruncating(divisor);
                        for (int d = wd.First; d < wd.End; d++)
                        {
                            for (int h = wh.First; h < wh.End; h++)
                            {
                                T* row = dx + (((d * s.Input.H) + h) * s.Input.W);
                                for (int w = ww.First; w < ww.End; w++) row[w] += gradient;
                            }
                        }
                    }
                }
            }
        }
    }

    private static int Divisor(in PoolingShape s, Window d, Window h, Window w)
    {
        int inside = d.Length * h.Length * w.Length;
        if (inside == 0 || (s.Divisor == 0 && !s.CountIncludePad)) return inside;
        return s.Divisor != 0 ? s.Divisor : d.Span * h.Span * w.Span;
    }
}
