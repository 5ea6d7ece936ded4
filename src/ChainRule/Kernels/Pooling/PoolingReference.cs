using System.Numerics;
using ChainRule.Kernels.Convolution;

namespace ChainRule.Kernels.Pooling;

/// <summary>The definition of each pooling, position by position: what <see cref="Pooling"/> must compute.</summary>
internal static unsafe class PoolingReference
{
    public static void MaxForward<T>(in PoolingShape shape, T* x, T* y, int* index)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Extent size = shape.Input;
        for (nint plane = 0; plane < shape.Planes; plane++, x += size.Volume)
        {
            foreach (Extent at in shape.Output.Positions)
            {
                T best = T.NegativeInfinity;
                int where = -1;
                foreach (Extent tap in shape.Kernel.Positions)
                {
                    int i = Index(shape, at, tap);
                    if (i < 0) continue;
                    if (where < 0 || x[i] > best || T.IsNaN(x[i]))
                    {
                        best = x[i];
                        where = i;
                    }
                }
                *y++ = best;
                *index++ = where;
            }
        }
    }

    public static void MaxBackward<T>(in PoolingShape shape, T* dy, int* index, T* dx)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint plane = 0; plane < shape.Planes; plane++, dx += shape.Input.Volume)
        {
            for (nint i = 0; i < shape.Input.Volume; i++) dx[i] = T.Zero;
            for (nint i = 0; i < shape.Output.Volume; i++, dy++, index++)
            {
                if (*index >= 0) dx[*index] += *dy;
            }
        }
    }

    public static void AverageForward<T>(in PoolingShape shape, T* x, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint plane = 0; plane < shape.Planes; plane++, x += shape.Input.Volume)
        {
            foreach (Extent at in shape.Output.Positions)
            {
                T sum = T.Zero;
                foreach (Extent tap in shape.Kernel.Positions)
                {
                    int i = Index(shape, at, tap);
                    if (i >= 0) sum += x[i];
                }
                int divisor = Divisor(shape, at);
                *y++ = divisor == 0 ? T.Zero : sum / T.CreateTruncating(divisor);
            }
        }
    }

    public static void AverageBackward<T>(in PoolingShape shape, T* dy, T* dx)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint plane = 0; plane < shape.Planes; plane++, dx += shape.Input.Volume)
        {
            for (nint i = 0; i < shape.Input.Volume; i++) dx[i] = T.Zero;
            foreach (Extent at in shape.Output.Positions)
            {
                T gradient = *dy++;
                int divisor = Divisor(shape, at);
                if (divisor == 0) continue;
                foreach (Extent tap in shape.Kernel.Positions)
                {
                    int i = Index(shape, at, tap);
                    if (i >= 0) dx[i] += gradient / T.CreateTruncating(divisor);
                }
            }
        }
    }

    // What the average of a window is divided by; 0 for a window outside of the input.
    private static int Divisor(in PoolingShape s, Extent at)
    {
        int padded = 0, inside = 0;
        foreach (Extent tap in s.Kernel.Positions)
        {
            if (Index(s, at, tap) >= 0) inside++;
            if ((at.D * s.Stride.D) + tap.D < s.Input.D + (2 * s.Padding.D)
                && (at.H * s.Stride.H) + tap.H < s.Input.H + (2 * s.Padding.H)
                && (at.W * s.Stride.W) + tap.W < s.Input.W + (2 * s.Padding.W)) padded++;
        }
        if (inside == 0) return 0;
        if (s.Divisor != 0) return s.Divisor;
        return s.CountIncludePad ? padded : inside;
    }

    private static int Index(in PoolingShape s, Extent at, Extent tap)
    {
        int d = (at.D * s.Stride.D) + (tap.D * s.Dilation.D) - s.Padding.D;
        int h = (at.H * s.Stride.H) + (tap.H * s.Dilation.H) - s.Padding.H;
        int w = (at.W * s.Stride.W) + (tap.W * s.Dilation.W) - s.Padding.W;
        bool inside = d >= 0 && d < s.Input.D && h >= 0 && h < s.Input.H && w >= 0 && w < s.Input.W;
        return inside ? (((d * s.Input.H) + h) * s.Input.W) + w : -1;
    }
}
