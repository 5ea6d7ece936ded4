using System.Numerics;
using ChainRule.Kernels.Gemm;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// The passes of a convolution over contiguous [N, C, D, H, W] memory. Each overwrites its result unless told to
/// accumulate; results must not overlap operands. All have the same bits for any number of threads.
/// </summary>
internal static unsafe class Convolution
{
    /// <summary>y = relu(x * w + bias); <paramref name="bias"/> may be null.</summary>
    public static void Forward<T>(in ConvolutionShape shape, T* x, T* w, T* bias, T* y, bool relu = false)
        where T : unmanaged, INumber<T>
    {
        switch (SimdInfo.Width)
        {
            case 512: Passes<Vec512<T>, T>.Forward(shape, x, w, bias, y, relu); break;
            case 256: Passes<Vec256<T>, T>.Forward(shape, x, w, bias, y, relu); break;
            case 128: Passes<Vec128<T>, T>.Forward(shape, x, w, bias, y, relu); break;
            default: Passes<Vec1<T>, T>.Forward(shape, x, w, bias, y, relu); break;
        }
    }

    /// <summary>dx from dy; the forward pass of a transposed convolution.</summary>
    public static void BackwardData<T>(in ConvolutionShape shape, T* dy, T* w, T* dx)
        where T : unmanaged, INumber<T>
    {
        switch (SimdInfo.Width)
        {
            case 512: Passes<Vec512<T>, T>.BackwardData(shape, dy, w, dx); break;
            case 256: Passes<Vec256<T>, T>.BackwardData(shape, dy, w, dx); break;
            case 128: Passes<Vec128<T>, T>.BackwardData(shape, dy, w, dx); break;
            default: Passes<Vec1<T>, T>.BackwardData(shape, dy, w, dx); break;
        }
    }

    /// <summary>dw = (dw if accumulating) + the sum over images and pixels.</summary>
    public static void BackwardWeights<T>(
        in ConvolutionShape shape, T* x, T* dy, T* dw, bool accumulate = false)
        where T : unmanaged, INumber<T>
    {
        switch (SimdInfo.Width)
        {
            case 512: Passes<Vec512<T>, T>.BackwardWeights(shape, x, dy, dw, accumulate); break;
            case 256: Passes<Vec256<T>, T>.BackwardWeights(shape, x, dy, dw, accumulate); break;
            case 128: Passes<Vec128<T>, T>.BackwardWeights(shape, x, dy, dw, accumulate); break;
            default: Passes<Vec1<T>, T>.BackwardWeights(shape, x, dy, dw, accumulate); break;
        }
    }

    /// <summary>db[c] = (db[c] if accumulating) + the sum of dy over images and pixels.</summary>
    public static void BackwardBias<T>(in ConvolutionShape shape, T* dy, T* db, bool accumulate = false)
        where T : unmanaged, INumber<T>
    {
        switch (SimdInfo.Width)
        {
            case 512: BiasGradient<Vec512<T>, T>.Run(shape, dy, db, accumulate); break;
            case 256: BiasGradient<Vec256<T>, T>.Run(shape, dy, db, accumulate); break;
            case 128: BiasGradient<Vec128<T>, T>.Run(shape, dy, db, accumulate); break;
            default: BiasGradient<Vec1<T>, T>.Run(shape, dy, db, accumulate); break;
        }
    }

    /// <summary>Chooses the way for a shape.</summary>
    private static class Passes<TVec, T>
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged, INumber<T>
    {
        public static void Forward(in ConvolutionShape s, T* x, T* w, T* bias, T* y, bool relu)
        {
            if (s.OutputLength == 0) return;
            if (MinimalFiltering<TVec, T>.Suits(s))
            {
                MinimalFiltering<TVec, T>.Forward(s, x, w, bias, y, relu);
                return;
            }
            if (!s.IsPointwise)
            {
                CorrelationPass<TVec, T>.Forward(s, x, w, bias, y, relu);
                return;
            }

            // y[n] = w x[n], an image being a matrix [channels, pixels].
            nint pixels = s.Output.Volume, m = s.OutputPerGroup, k = s.InputPerGroup;
            for (nint g = 0; g < s.Groups; g++)
            {
                Gemm.Gemm.Run<TVec, T>(new GemmProblem<T>(m, pixels, k,
                    new Matrix<T>(w + (g * m * k), k),
                    new Matrix<T>(x + (g * k * pixels), pixels, 1, s.InputChannels * pixels),
                    new Matrix<T>(y + (g * m * pixels), pixels, 1, s.OutputChannels * pixels))
                {
                    Batch = s.Batch,
                    RowBias = bias != null ? bias + (g * m) : null,
                    Relu = relu,
                });
            }
        }

        public static void BackwardData(in ConvolutionShape s, T* dy, T* w, T* dx)
        {
            if (s.InputLength == 0) return;
            if (s.OutputLength == 0)
            {
                for (nint i = 0; i < s.InputLength; i++) dx[i] = T.Zero;
                return;
            }
            if (MinimalFiltering<TVec, T>.Suits(s))
            {
                MinimalFiltering<TVec, T>.BackwardData(s, dy, w, dx);
                return;
            }
            if (!s.IsPointwise)
            {
                CorrelationPass<TVec, T>.BackwardData(s, dy, w, dx);
                return;
            }
            nint pixels = s.Output.Volume, m = s.InputPerGroup, k = s.OutputPerGroup;
            for (nint g = 0; g < s.Groups; g++)
            {
                Gemm.Gemm.Run<TVec, T>(new GemmProblem<T>(m, pixels, k,
                    new Matrix<T>(w + (g * m * k), m).Transposed,
                    new Matrix<T>(dy + (g * k * pixels), pixels, 1, s.OutputChannels * pixels),
                    new Matrix<T>(dx + (g * m * pixels), pixels, 1, s.InputChannels * pixels))
                {
                    Batch = s.Batch,
                });
            }
        }

        public static void BackwardWeights(in ConvolutionShape s, T* x, T* dy, T* dw, bool accumulate)
        {
            if (MinimalFiltering<TVec, T>.Suits(s))
                MinimalFiltering<TVec, T>.BackwardWeights(s, x, dy, dw, accumulate);
            else if (PointwiseWeightGradient<TVec, T>.Suits(s))
                PointwiseWeightGradient<TVec, T>.Run(s, x, dy, dw, accumulate);
            else WeightGradient<TVec, T>.Run(s, x, dy, dw, accumulate);
        }
    }
}
