using System.Runtime.CompilerServices;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// Sizes of a convolution by minimal filtering, in both directions: tiles of 2 x 2 outputs, channels last and padded to
/// whole vectors.
/// </summary>
internal readonly struct MinimalLayout
{
    // Transformed inputs and products of a block of tiles stay in the L2 cache beside the transformed weights.
    private const int BlockBytes = 384 * 1024;

    public MinimalLayout(int channels, int results, Extent input, Extent output, int padding, int taps, int products,
        int lanes, int size)
    {
        Channels = channels;
        Results = results;
        Input = input;
        Output = output;
        Padding = padding;
        Products = products * products;
        PaddedChannels = (channels + lanes - 1) / lanes * lanes;
        PaddedResults = (results + lanes - 1) / lanes * lanes;
        TileRows = (output.H + 1) / 2;
        TileColumns = (output.W + 1) / 2;
        RowPixels = (2 * TileColumns) + taps - 1;
        Rows = (2 * TileRows) + taps - 1;

        // Blocks of tiles are multiples of the product kernel's eight rows.
        int each = Products * (PaddedChannels + PaddedResults) * size;
        Block = Math.Clamp(BlockBytes / each / 8 * 8, 16, 64);

        // A little more than the numbers, or all products of a tile would fall into the same set of the L1 cache.
        InputStep = ((nint)Block * PaddedChannels) + 64 / size;
        ResultStep = ((nint)Block * PaddedResults) + 64 / size;
    }

    /// <summary>Channels that are summed, and channels that result, in one group.</summary>
    public int Channels { get; }

    public int Results { get; }

    public int PaddedChannels { get; }

    public int PaddedResults { get; }

    public Extent Input { get; }

    public Extent Output { get; }

    public int Padding { get; }

    /// <summary>Products of a tile and a pair of channels.</summary>
    public int Products { get; }

    public int TileRows { get; }

    public int TileColumns { get; }

    public int Tiles => TileRows * TileColumns;

    /// <summary>Size of the padded image, channels last.</summary>
    public int Rows { get; }

    public int RowPixels { get; }

    public nint ImageLength => (nint)Rows * RowPixels * PaddedChannels;

    /// <summary>Tiles that are computed together.</summary>
    public int Block { get; }

    /// <summary>From the factors (or results) of one product to those of the next.</summary>
    public nint InputStep { get; }

    public nint ResultStep { get; }

    /// <summary>
    /// Turns an image of planes into one with channels last, zeros around it. What is zero once stays so: the copy is
    /// cleared before the first image only.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void ChannelsLast<T>(
        T* planes, Extent size, int channels, T* target, nint rowPixels, nint padded, int padding)
        where T : unmanaged
    {
        nint plane = size.Volume;
        for (nint h = 0; h < size.H; h++)
        {
            Transposition.Copy(planes + (h * size.W), plane,
                target + ((((h + padding) * rowPixels) + padding) * padded), padded, channels, size.W);
        }
    }
}
