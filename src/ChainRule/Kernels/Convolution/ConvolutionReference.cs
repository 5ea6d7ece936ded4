using System.Numerics;

namespace ChainRule.Kernels.Convolution;

/// <summary>The definition, loop by loop: what <see cref="Convolution"/> must compute, up to rounding.</summary>
internal static unsafe class ConvolutionReference
{

    public static void Forward<T>(in ConvolutionShape shape, T* x, T* w, T* bias, T* y, bool relu)
        where T : unmanaged, INumber<T>
    {
        int plane = shape.Output.Volume;
        for (nint i = 0; i < shape.OutputLength; i++)
            y[i] = bias != null ? bias[i / plane % shape.OutputChannels] : T.Zero;
        Walk(shape, (ix, iw, iy) => y[iy] += x[ix] * w[iw]);
        if (!relu) return;
        for (nint i = 0; i < shape.OutputLength; i++) y[i] = T.Max(y[i], T.Zero);
    }

    public static void BackwardData<T>(in ConvolutionShape shape, T* dy, T* w, T* dx)
        where T : unmanaged, INumber<T>
    {
        for (nint i = 0; i < shape.InputLength; i++) dx[i] = T.Zero;
        Walk(shape, (ix, iw, iy) => dx[ix] += dy[iy] * w[iw]);
    }

    public static void BackwardWeights<T>(in ConvolutionShape shape, T* x, T* dy, T* dw, bool accumulate)
        where T : unmanaged, INumber<T>
    {
        if (!accumulate)
        {
            for (nint i = 0; i < shape.WeightLength; i++) dw[i] = T.Zero;
        }
        Walk(shape, (ix, iw, iy) => dw[iw] += x[ix] * dy[iy]);
    }

    public static void BackwardBias<T>(in ConvolutionShape shape, T* dy, T* db, bool accumulate)
        where T : unmanaged, INumber<T>
    {
        int plane = shape.Output.Volume;
        for (nint c = 0; c < shape.OutputChannels; c++) db[c] = accumulate ? db[c] : T.Zero;
        for (nint i = 0; i < shape.OutputLength; i++) db[i / plane % shape.OutputChannels] += dy[i];
    }

    private delegate void Visit(nint x, nint w, nint y);

    /// <summary>Visits every triple (input, weight, output) that belongs together.</summary>
    private static void Walk(in ConvolutionShape s, Visit visit)
    {
        Extent i = s.Input, o = s.Output, k = s.Kernel;
        for (nint n = 0; n < s.Batch; n++)
        {
            for (nint oc = 0; oc < s.OutputChannels; oc++)
            {
                for (nint c = 0; c < s.InputPerGroup; c++)
                {
                    nint channel = (oc / s.OutputPerGroup * s.InputPerGroup) + c;
                    nint input = (n * s.InputChannels) + channel;
                    nint weight = (oc * s.InputPerGroup) + c;
                    nint output = (n * s.OutputChannels) + oc;
                    foreach (Extent at in o.Positions)
                    {
                        foreach (Extent tap in k.Positions)
                        {
                            nint d = (at.D * s.Stride.D) + (tap.D * s.Dilation.D) - s.Padding.D;
                            nint h = (at.H * s.Stride.H) + (tap.H * s.Dilation.H) - s.Padding.H;
                            nint w = (at.W * s.Stride.W) + (tap.W * s.Dilation.W) - s.Padding.W;
                            if (d < 0 || d >= i.D || h < 0 || h >= i.H || w < 0 || w >= i.W) continue;
                            visit(
                                Index(input, i, d, h, w),
                                Index(weight, k, tap.D, tap.H, tap.W),
                                Index(output, o, at.D, at.H, at.W));
                        }
                    }
                }
            }
        }
    }

    private static nint Index(nint box, Extent size, nint d, nint h, nint w) =>
        (((((box * size.D) + d) * size.H) + h) * size.W) + w;
}
