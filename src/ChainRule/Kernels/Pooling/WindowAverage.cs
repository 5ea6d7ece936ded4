using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Convolution;

namespace ChainRule.Kernels.Pooling;

/// <summary>Means of windows of any form and their gradient, a vector of neighbours at a time.</summary>
/// <remarks>
/// Forward reads a copy of the plane with zeros around it. Backward gathers: an input position adds up the gradients of
/// the windows that hold it, in the order of the windows, from a copy of the gradients that are divided already. With
/// stride s along the width positions of one residue by s are neighbours.
/// </remarks>
internal static unsafe class WindowAverage<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>y = the sum of each window over its divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(in PoolingShape s, Extent output, T* x, T* y, nint planes)
    {
        Extent k = s.Kernel, i = s.Input;
        var image = new PaddedImage(1, i, s.Padding, new(
            ((output.D - 1) * s.Stride.D) + k.D, ((output.H - 1) * s.Stride.H) + k.H,
            ((output.W - 1) * s.Stride.W) + k.W), s.Stride.W);
        int columns = output.W + TVec.Count;
        T* copy = Scratch.Rent<T>(ScratchUse.ConvolutionImage, image.Length + columns), counts = copy + image.Length;
        ColumnCounts(s, output.W, counts, columns);
        int* offset = stackalloc int[k.Volume];
        int taps = 0;
        foreach (Extent tap in k.Positions)
            offset[taps++] = (tap.D * image.Plane) + (tap.H * image.Row) + image.Column(tap.W);
        for (nint plane = 0; plane < planes; plane++, x += i.Volume)
        {
            image.Copy<TVec, T>(x, copy, fill: plane == 0);
            for (int od = 0; od < output.D; od++)
            {
                for (int oh = 0; oh < output.H; oh++, y += output.W)
                {
                    T* row = copy + ((nint)od * s.Stride.D * image.Plane) + ((nint)oh * s.Stride.H * image.Row);
                    TVec rows = TVec.Const(RowCount(s, od, oh));
                    for (int ow = 0; ow < output.W; ow += TVec.Count)
                    {
                        TVec sum = TVec.Zero;
                        for (int t = 0; t < taps; t++) sum += TVec.Load(row + ow + offset[t]);
                        Lanes.Store(y + ow, sum / (rows * TVec.Load(counts + ow)), output.W - ow);
                    }
                }
            }
        }
    }

    /// <summary>dx = the sum of dy over its divisor for all windows that hold the position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(in PoolingShape s, Extent output, T* dy, T* dx, nint planes)
    {
        Extent k = s.Kernel, i = s.Input;
        int stride = s.Stride.W, reach = (k.W - 1) / stride, places = ((i.W + s.Padding.W - 1) / stride) + 1;
        int columns = output.W + TVec.Count, line = places + TVec.Count;
        int length = reach + Math.Max(columns, line), all = output.D * output.H * length;
        T* copy = Scratch.Rent<T>(ScratchUse.ConvolutionImage, (nint)all + columns + (stride * line));
        T* counts = copy + all, lines = counts + columns;
        ColumnCounts(s, output.W, counts, columns);
        new Span<T>(copy, all).Clear();
        T** rows = stackalloc T*[k.D * k.H];
        for (nint plane = 0; plane < planes; plane++)
        {
            Divide(s, output, dy, copy + reach, length, counts);
            dy += output.Volume;
            for (int d = 0; d < i.D; d++)
            {
                for (int h = 0; h < i.H; h++, dx += i.W)
                {
                    int held = Holding(s, output, d, h, copy + reach, length, rows);
                    if (stride == 1)
                    {
                        Gather(rows, held, s.Padding.W, reach, dx, i.W);
                        continue;
                    }
                    for (int phase = 0; phase < stride; phase++)
                    {
                        // Windows narrower than their distance leave positions without any.
                        int last = phase < k.W ? (k.W - 1 - phase) / stride : -1;
                        Gather(rows, held, 0, last, lines + (phase * line), places);
                    }
                    Collect(lines, line, stride, s.Padding.W, dx, i.W);
                }
            }
        }
    }

    // to[n] = sum over rows, and over steps from last to 0, of row[first + n - step].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(T** rows, int held, int first, int last, T* to, int count)
    {
        for (int n = 0; n < count; n += TVec.Count)
        {
            TVec sum = TVec.Zero;
            for (int r = 0; r < held; r++)
            {
                T* row = rows[r] + first + n;
                for (nint step = last; step >= 0; step--) sum += TVec.Load(row - step);
            }
            Lanes.Store(to + n, sum, count - n);
        }
    }

    // Takes columns in turn from the lines of their residues.
    private static void Collect(T* lines, int line, int stride, int padding, T* to, int count)
    {
        int phase = padding % stride, place = padding / stride, n = 0;
        if (stride == 2 && phase == 0 && typeof(T) == typeof(float))
            n = Halving.Interleave((float*)(lines + place), (float*)(lines + line + place), (float*)to, count);
        place += n / stride;
        for (; n < count; n++)
        {
            to[n] = lines[(phase * line) + place];
            if (++phase < stride) continue;
            phase = 0;
            place++;
        }
    }

    // The gradients over the divisors, in rows with zeros before and behind.
    private static void Divide(in PoolingShape s, Extent output, T* dy, T* to, int length, T* counts)
    {
        for (int od = 0; od < output.D; od++)
        {
            for (int oh = 0; oh < output.H; oh++, dy += output.W, to += length)
            {
                TVec rows = TVec.Const(RowCount(s, od, oh));
                for (int ow = 0; ow < output.W; ow += TVec.Count)
                {
                    TVec gradient = Lanes.Load<TVec, T>(dy + ow, output.W - ow);
                    Lanes.Store(to + ow, gradient / (rows * TVec.Load(counts + ow)), output.W - ow);
                }
            }
        }
    }

    // The rows of windows that hold row (d, h) of the input.
    private static int Holding(in PoolingShape s, Extent output, int d, int h, T* copy, int length, T** rows)
    {
        int held = 0;
        (int firstD, int endD) = Range(d + s.Padding.D, s.Kernel.D, s.Stride.D, output.D);
        (int firstH, int endH) = Range(h + s.Padding.H, s.Kernel.H, s.Stride.H, output.H);
        for (int od = firstD; od < endD; od++)
        {
            for (int oh = firstH; oh < endH; oh++) rows[held++] = copy + ((((nint)od * output.H) + oh) * length);
        }
        return held;
    }

    private static (int First, int End) Range(int at, int kernel, int stride, int count)
    {
        int before = at - kernel + 1;
        return (before <= 0 ? 0 : (before + stride - 1) / stride, Math.Min((at / stride) + 1, count));
    }

    // Columns that count in each window's divisor. A window without any has sum 0: 1 keeps its mean 0.
    private static void ColumnCounts(in PoolingShape s, int outputs, T* counts, int length)
    {
        for (int ow = 0; ow < length; ow++)
        {
            var w = new Window(ow, s.Input.W, s.Kernel.W, s.Stride.W, s.Padding.W, 1);
            bool one = ow >= outputs || s.Divisor != 0 || w.Length == 0;
            counts[ow] = one ? T.One : T.CreateTruncating(s.CountIncludePad ? w.Span : w.Length);
        }
    }

    private static double RowCount(in PoolingShape s, int od, int oh)
    {
        if (s.Divisor != 0) return s.Divisor;
        var d = new Window(od, s.Input.D, s.Kernel.D, s.Stride.D, s.Padding.D, 1);
        var h = new Window(oh, s.Input.H, s.Kernel.H, s.Stride.H, s.Padding.H, 1);
        return Math.Max(1, s.CountIncludePad ? d.Span * h.Span : d.Length * h.Length);
    }
}
