using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Convolution;

namespace ChainRule.Kernels.Pooling;

/// <summary>
/// Maxima of windows of any form, a vector of neighbouring outputs at a time, from a copy of the plane with minus
/// infinity
/// around it. The number of the winning tap travels in a vector beside the maximum.
/// </summary>
internal static unsafe class WindowMaximum<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Run(in PoolingShape s, Extent output, T* x, T* y, int* index, nint planes)
    {
        Extent k = s.Kernel, i = s.Input;
        var image = new PaddedImage(1, i, s.Padding, new(
            ((output.D - 1) * s.Stride.D) + ((k.D - 1) * s.Dilation.D) + 1,
            ((output.H - 1) * s.Stride.H) + ((k.H - 1) * s.Dilation.H) + 1,
            ((output.W - 1) * s.Stride.W) + ((k.W - 1) * s.Dilation.W) + 1), s.Stride.W);
        T* copy = Scratch.Rent<T>(ScratchUse.ConvolutionImage, image.Length);

        int* offset = stackalloc int[k.Volume], place = stackalloc int[k.Volume];
        T* best = stackalloc T[TVec.Count], winner = stackalloc T[TVec.Count];
        int taps = 0;
        foreach (Extent tap in k.Positions)
        {
            offset[taps] = (tap.D * s.Dilation.D * image.Plane) + (tap.H * s.Dilation.H * image.Row)
                + image.Column(tap.W * s.Dilation.W);
            place[taps++] = (((tap.D * s.Dilation.D * i.H) + (tap.H * s.Dilation.H)) * i.W) + (tap.W * s.Dilation.W);
        }

        for (nint plane = 0; plane < planes; plane++, x += i.Volume)
        {
            image.Copy<TVec, T>(x, copy, fill: plane == 0, T.NegativeInfinity);
            for (int od = 0; od < output.D; od++)
            {
                for (int oh = 0; oh < output.H; oh++)
                {
                    T* row = copy + ((nint)od * s.Stride.D * image.Plane) + ((nint)oh * s.Stride.H * image.Row);
                    int start = (((((od * s.Stride.D) - s.Padding.D) * i.H)
                        + (oh * s.Stride.H) - s.Padding.H) * i.W) - s.Padding.W;
                    for (int ow = 0; ow < output.W; ow += TVec.Count)
                    {
                        Row(row + ow, offset, taps, best, winner);
                        int count = Math.Min(TVec.Count, output.W - ow);
                        for (int lane = 0; lane < count; lane++)
                        {
                            int tap = int.CreateTruncating(winner[lane]);
                            *y++ = best[lane];
                            *index++ = tap >= 0
                                ? start + ((ow + lane) * s.Stride.W) + place[tap]
                                : FirstInside(s, od, oh, ow + lane);
                        }
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row(T* from, int* offset, int taps, T* bestLanes, T* winnerLanes)
    {
        TVec best = TVec.Const(double.NegativeInfinity), winner = TVec.Const(-1), number = TVec.Zero, one = TVec.One;
        for (int t = 0; t < taps; t++)
        {
            // Larger, or not a number: then it stays.
            TVec value = TVec.Load(from + offset[t]);
            TVec larger = TVec.Less(best, value), ordinary = TVec.Equal(value, value);
            best = TVec.Select(ordinary, TVec.Select(larger, value, best), value);
            winner = TVec.Select(ordinary, TVec.Select(larger, number, winner), number);
            number += one;
        }
        TVec.Store(bestLanes, best);
        TVec.Store(winnerLanes, winner);
    }

    // Nothing was larger than minus infinity: the first position in the input, or none.
    private static int FirstInside(in PoolingShape s, int od, int oh, int ow)
    {
        var d = new Window(od, s.Input.D, s.Kernel.D, s.Stride.D, s.Padding.D, s.Dilation.D);
        var h = new Window(oh, s.Input.H, s.Kernel.H, s.Stride.H, s.Padding.H, s.Dilation.H);
        var w = new Window(ow, s.Input.W, s.Kernel.W, s.Stride.W, s.Padding.W, s.Dilation.W);
        bool empty = d.Length == 0 || h.Length == 0 || w.Length == 0;
        return empty ? -1 : (((d.First * s.Input.H) + h.First) * s.Input.W) + w.First;
    }
}
