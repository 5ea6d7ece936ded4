using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Gemm;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// A correlation with output channels for vectors: nothing is packed but the weights, and the result is transposed.
/// Faster than <see cref="PackedCorrelation{TVec,T}"/> where sums are long and channels fill the vectors.
/// </summary>
internal static unsafe class IndirectCorrelation<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    // A block of weights of one panel (192 x 48 numbers) stays in the L1 cache while all pixels of a block pass.
    private const int DepthBlock = 192;

    /// <summary>Pixels that pass a block of weights together.</summary>
    public const int PixelBlock = 48;

    public static bool Suits(int channels, int depth) => channels >= 2 * TVec.Count && depth >= 128 && TVec.Count > 1;

    public static int ScratchLength(int channels) => PixelBlock * new ChannelPanels(channels, TVec.Count).Padded;

    public static int WeightLength(int channels, int taps) => taps * new ChannelPanels(channels, TVec.Count).Padded;

    /// <summary>Weights of one group by panel of channels and tap: target[First(j) * taps + k * width + m].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackWeights(Correlation* one, T* weights, int channels, T* target)
    {
        var panels = new ChannelPanels(channels, TVec.Count);
        nint taps = one->Taps, row = one->WeightRow;
        for (int j = 0; j < panels.Count; j++)
        {
            nint first = panels.First(j), width = panels.Vectors(j) * TVec.Count;
            nint count = Math.Min(width, channels - first);
            T* to = target + (first * taps);
            for (nint k = 0; k < taps; k++)
            {
                T* from = weights + (first * row) + one->Weight[k];
                for (nint m = 0; m < count; m++) to[m] = from[m * row];
                for (nint m = count; m < width; m++) to[m] = T.Zero;
                to += width;
            }
        }
    }

    /// <summary>As <see cref="PackedCorrelation{TVec,T}.Run"/>, for pixels [first, end) and packed weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        Correlation* one, T* image, T* weights, T* bias, bool relu, T* output, nint plane, int channels,
        int firstPixel, int endPixel, T* sums)
    {
        var panels = new ChannelPanels(channels, TVec.Count);
        nint row = panels.Padded, taps = one->Taps;
        nint blocks = Math.Max(1, (taps + DepthBlock - 1) / DepthBlock);
        nint block = Math.Max(1, (taps + blocks - 1) / blocks);
        IndirectTile<T> tile = default;
        tile.Base = image;
        for (int pixel = firstPixel; pixel < endPixel; pixel += PixelBlock)
        {
            nint count = Math.Min(PixelBlock, endPixel - pixel);
            nint k = 0;
            do
            {
                tile.K = Math.Min(block, taps - k);
                tile.Step = one->Tap + k;
                tile.Accumulate = k > 0;
                for (int j = 0; j < panels.Count; j++)
                {
                    nint vectors = panels.Vectors(j);
                    tile.Row = one->Pixel + pixel;
                    tile.StepB = vectors * TVec.Count;
                    tile.B = weights + (panels.First(j) * taps) + (k * tile.StepB);
                    tile.C = sums + panels.First(j);
                    tile.RowC = row;
                    IndirectRows<TVec, T>.Run(&tile, count, vectors, Gemm.Gemm.TileRows);
                }
                k += tile.K;
            }
            while (k < taps);

            if (bias != null || relu) Finish(sums, row, count, channels, bias, relu);
            if (one->Target == null) Transposition.Copy(sums, row, output + pixel, plane, count, channels);
            else Scatter(sums, row, count, output, plane, one->Target + pixel, channels);
        }
    }

    /// <summary>Bias and ReLU for pixels whose channels are adjacent, while they are in the L1 cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Finish(T* sums, nint row, nint pixels, nint channels, T* bias, bool relu)
    {
        for (nint p = 0; p < pixels; p++, sums += row)
        {
            nint m = 0;
            for (; m <= channels - TVec.Count; m += TVec.Count)
            {
                TVec value = TVec.Load(sums + m);
                if (bias != null) value += TVec.Load(bias + m);
                if (relu) value = TVec.Select(TVec.Less(value, TVec.Zero), TVec.Zero, value);
                TVec.Store(sums + m, value);
            }
            for (; m < channels; m++)
            {
                T value = bias != null ? sums[m] + bias[m] : sums[m];
                sums[m] = relu && value < T.Zero ? T.Zero : value;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(T* sums, nint row, nint pixels, T* output, nint plane, int* target, nint channels)
    {
        for (nint p = 0; p < pixels; p++)
        {
            T* to = output + target[p];
            for (nint m = 0; m < channels; m++) to[m * plane] = sums[m];
            sums += row;
        }
    }
}
