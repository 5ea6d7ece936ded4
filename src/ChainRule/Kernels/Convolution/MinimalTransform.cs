using System.Runtime.CompilerServices;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// The transforms of <see cref="IMinimalFilter"/> along both dimensions, a vector of channels at a time.
/// </summary>
/// <remarks>
/// <c>scratch</c> holds a square of vectors between the two dimensions. A step is the distance of rows, columns or
/// products in numbers.
/// </remarks>
internal static unsafe class MinimalTransform<TVec, T, TFilter>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged
    where TFilter : struct, IMinimalFilter
{
    /// <summary>Vectors of scratch memory: the largest square between dimensions.</summary>
    public static int ScratchLength => TFilter.Products * TFilter.Products * TVec.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(T* x, nint row, nint column, T* to, nint step, nint channels, T* scratch)
    {
        nint across = TFilter.Products * TVec.Count;
        for (nint c = 0; c < channels; c += TVec.Count)
        {
            for (nint i = 0; i <= TFilter.Taps; i++)
                TFilter.Input<TVec, T>(x + c + (i * row), column, scratch + (i * across), TVec.Count);
            for (nint j = 0; j < TFilter.Products; j++)
            {
                TFilter.Input<TVec, T>(
                    scratch + (j * TVec.Count), across, to + c + (j * step), TFilter.Products * step);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weights(T* w, nint row, nint column, T* to, nint step, nint channels, T* scratch)
    {
        nint across = TFilter.Products * TVec.Count;
        for (nint c = 0; c < channels; c += TVec.Count)
        {
            for (nint i = 0; i < TFilter.Taps; i++)
                TFilter.Weights<TVec, T>(w + c + (i * row), column, scratch + (i * across), TVec.Count);
            for (nint j = 0; j < TFilter.Products; j++)
            {
                TFilter.Weights<TVec, T>(
                    scratch + (j * TVec.Count), across, to + c + (j * step), TFilter.Products * step);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output(T* products, nint step, T* y, nint row, nint column, nint channels, T* scratch)
    {
        nint across = 2 * TVec.Count;
        for (nint c = 0; c < channels; c += TVec.Count)
        {
            for (nint i = 0; i < TFilter.Products; i++)
            {
                TFilter.Output<TVec, T>(
                    products + c + (i * TFilter.Products * step), step, scratch + (i * across), TVec.Count);
            }
            TFilter.Output<TVec, T>(scratch, across, y + c, row);
            TFilter.Output<TVec, T>(scratch + TVec.Count, across, y + c + column, row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputGradient(T* dy, nint row, nint column, T* to, nint step, nint channels, T* scratch)
    {
        nint across = TFilter.Products * TVec.Count;
        for (nint c = 0; c < channels; c += TVec.Count)
        {
            TFilter.OutputGradient<TVec, T>(dy + c, column, scratch, TVec.Count);
            TFilter.OutputGradient<TVec, T>(dy + c + row, column, scratch + across, TVec.Count);
            for (nint j = 0; j < TFilter.Products; j++)
            {
                TFilter.OutputGradient<TVec, T>(
                    scratch + (j * TVec.Count), across, to + c + (j * step), TFilter.Products * step);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightsGradient(T* factors, nint step, T* dw, nint row, nint column, nint channels, T* scratch)
    {
        nint across = TFilter.Taps * TVec.Count;
        for (nint c = 0; c < channels; c += TVec.Count)
        {
            for (nint i = 0; i < TFilter.Products; i++)
            {
                TFilter.WeightsGradient<TVec, T>(
                    factors + c + (i * TFilter.Products * step), step, scratch + (i * across), TVec.Count);
            }
            for (nint j = 0; j < TFilter.Taps; j++)
            {
                TFilter.WeightsGradient<TVec, T>(
                    scratch + (j * TVec.Count), across, dw + c + (j * column), row);
            }
        }
    }
}
