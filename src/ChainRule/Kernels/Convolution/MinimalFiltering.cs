using System.Numerics;

namespace ChainRule.Kernels.Convolution;

/// <summary>Which convolutions minimal filtering serves, and its kernel by kernel size.</summary>
internal static unsafe class MinimalFiltering<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    // Below, transforms cost what the products save.
    private const int FewestChannels = 12;
    private const int FewestTiles = 16;
    private const long LargestImage = 8 << 20;

    /// <summary>
    /// Images under square kernels of 3 or 5 taps without stride or dilation, with channels for whole vectors.
    /// </summary>
    public static bool Suits(in ConvolutionShape s)
    {
        bool kernel = s.Kernel == new Extent(1, 3, 3) || s.Kernel == new Extent(1, 5, 5);
        int most = s.Kernel.H - 1;
        if (!kernel || s.Stride != Extent.One || s.Dilation.H != 1 || s.Dilation.W != 1) return false;
        if (s.Input.D != 1 || s.Padding.D != 0 || s.Padding.H > most || s.Padding.W != s.Padding.H) return false;
        if (Math.Min(s.InputPerGroup, s.OutputPerGroup) < FewestChannels) return false;

        // Tiles past the edge of small outputs are for nothing.
        return Saves(s, s.Output) && Saves(s, s.Input);

        static bool Saves(in ConvolutionShape s, Extent size)
        {
            int products = s.Kernel.H == 3 ? 4 : 7;
            long tiles = (long)((size.H + 1) / 2) * ((size.W + 1) / 2);
            long bytes = (size.H + 8L) * (size.W + 8) * Math.Max(s.InputPerGroup, s.OutputPerGroup) * sizeof(T);
            return s.Batch * tiles >= FewestTiles && bytes <= LargestImage
                && 4 * tiles * products * products <= 3L * size.Volume * s.Kernel.Volume;
        }
    }

    public static void Forward(in ConvolutionShape s, T* x, T* w, T* bias, T* y, bool relu)
    {
        if (s.Kernel.H == 3) MinimalPass<TVec, T, ThreeTaps>.Run(s, x, w, bias, y, relu, backwards: false);
        else MinimalPass<TVec, T, FiveTaps>.Run(s, x, w, bias, y, relu, backwards: false);
    }

    public static void BackwardData(in ConvolutionShape s, T* dy, T* w, T* dx)
    {
        if (s.Kernel.H == 3) MinimalPass<TVec, T, ThreeTaps>.Run(s, dy, w, null, dx, false, backwards: true);
        else MinimalPass<TVec, T, FiveTaps>.Run(s, dy, w, null, dx, false, backwards: true);
    }

    public static void BackwardWeights(in ConvolutionShape s, T* x, T* dy, T* dw, bool accumulate)
    {
        if (s.Kernel.H == 3) MinimalWeightGradient<TVec, T, ThreeTaps>.Run(s, x, dy, dw, accumulate);
        else MinimalWeightGradient<TVec, T, FiveTaps>.Run(s, x, dy, dw, accumulate);
    }

    public static MinimalLayout Layout(in ConvolutionShape s, bool backwards, int products) => backwards
        ? new(s.OutputPerGroup, s.InputPerGroup, s.Output, s.Input, s.Kernel.H - 1 - s.Padding.H, s.Kernel.H,
            products, TVec.Count, sizeof(T))
        : new(s.InputPerGroup, s.OutputPerGroup, s.Input, s.Output, s.Padding.H, s.Kernel.H, products, TVec.Count,
            sizeof(T));
}
