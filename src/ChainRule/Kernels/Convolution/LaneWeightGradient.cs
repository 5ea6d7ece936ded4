using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Gemm;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// The weights' gradient of a group with few output channels (depthwise) or few taps (a first layer): vectors run along
/// the pixels, tiles of taps and channels share their loads, and lanes are added only after the last image.
/// </summary>
internal static unsafe class LaneWeightGradient<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    // With more of both, or where rows do not fill whole vectors, the products of WeightGradient are faster.
    private const int FewChannels = 4;
    private const int FewTaps = 32;
    private const int TileTaps = 5;

    private static readonly int TileChannels = Gemm.Gemm.TileRows == 8 ? 4 : 2;

    /// <param name="channels">Output channels of a group.</param>
    public static bool Suits(int channels) => TVec.Count > 1 && channels <= FewChannels;

    /// <param name="table">Its tables, with one panel of all pixels.</param>
    public static bool Suits(Correlation* table) =>
        TVec.Count > 1 && table->Taps <= FewTaps && table->PanelStart[1] * TVec.Count == table->Pixels;

    /// <summary>Numbers that the lanes of the sums of <paramref name="taps"/> taps take.</summary>
    public static nint LanesLength(int taps, int channels) => (nint)taps * channels * TVec.Count;

    /// <summary>
    /// lanes[k, m] (+)= gradient[m, p] * image[Tap[k] + Pixel[p]] summed over pixels, each lane for itself.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(
        Correlation* table, T* image, T* gradient, int channels, T* lanes, bool accumulate)
    {
        if (channels <= FewChannels && table->Rows.Kernel is 3 or 5)
        {
            AddRows(table, image, gradient, channels, lanes, accumulate);
            return;
        }
        var tile = new LaneTile<T>
        {
            Pieces = table->PanelStart[1],
            Source = table->PieceSource,
            Column = table->PieceColumn,
            Pixels = table->Pixels,
            Image = image,
            Row = (nint)channels * TVec.Count,
            Accumulate = accumulate,
        };
        for (int m = 0; m < channels;)
        {
            int some = Share(channels - m, TileChannels);
            tile.Gradient = gradient + ((nint)m * table->Pixels);
            for (int k = 0; k < table->Taps;)
            {
                int taps = Share(table->Taps - k, TileTaps);
                tile.Tap = table->Tap + k;
                tile.Sums = lanes + (k * tile.Row) + (m * TVec.Count);
                if (some == 4) Call<N4>(&tile, taps);
                else if (some == 3) Call<N3>(&tile, taps);
                else if (some == 2) Call<N2>(&tile, taps);
                else Call<N1>(&tile, taps);
                k += taps;
            }
            m += some;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows(
        Correlation* table, T* image, T* gradient, int channels, T* lanes, bool accumulate)
    {
        CorrelationRows rows = table->Rows;
        nint step = (nint)channels * TVec.Count;
        var tile = new LaneRowsTile<T>
        {
            ImageRow = rows.ImageRow,
            GradientRow = rows.Width,
            Height = rows.Height,
            SumRow = rows.KernelColumns * step,
            SumColumn = step,
        };
        int inputs = table->Taps / (rows.Kernel * rows.KernelColumns);
        for (nint m = 0; m < channels; m++)
        {
            for (nint c = 0; c < inputs; c++)
            {
                for (int kw = 0; kw < rows.KernelColumns;)
                {
                    int columns = Share(rows.KernelColumns - kw, 3);
                    tile.Sums = lanes + (((c * rows.Kernel * rows.KernelColumns) + kw) * step) + (m * TVec.Count);
                    for (int w = 0; w < rows.Width; w += TVec.Count)
                    {
                        tile.Image = image + table->Pixel[0] + (c * rows.ImageChannel) + kw + w;
                        tile.Gradient = gradient + (m * table->Pixels) + w;
                        tile.Count = Math.Min(TVec.Count, rows.Width - w);
                        tile.Accumulate = accumulate || w > 0;
                        if (rows.Kernel == 3) CallRows<N3>(&tile, columns);
                        else CallRows<N5>(&tile, columns);
                    }
                    kw += columns;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CallRows<TKernel>(LaneRowsTile<T>* tile, int columns)
        where TKernel : unmanaged, IConstant
    {
        if (columns == 3) LaneRowsKernel<TVec, T, TKernel, N3>.Run(tile);
        else if (columns == 2) LaneRowsKernel<TVec, T, TKernel, N2>.Run(tile);
        else LaneRowsKernel<TVec, T, TKernel, N1>.Run(tile);
    }

    /// <summary>sums[k * row + m] = the sum of the lanes of tap k and channel m.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fold(T* lanes, int taps, int channels, T* sums, nint row)
    {
        for (nint k = 0; k < taps; k++)
        {
            for (nint m = 0; m < channels; m++)
            {
                sums[(k * row) + m] = TVec.Sum(TVec.Load(lanes));
                lanes += TVec.Count;
            }
        }
    }

    // As many as fit a tile, the tiles as equal as can be.
    private static int Share(int count, int most)
    {
        int tiles = (count + most - 1) / most;
        return (count + tiles - 1) / tiles;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Call<TChannels>(LaneTile<T>* tile, int taps)
        where TChannels : unmanaged, IConstant
    {
        switch (taps)
        {
            case 5: LaneKernel<TVec, T, N5, TChannels>.Run(tile); break;
            case 4: LaneKernel<TVec, T, N4, TChannels>.Run(tile); break;
            case 3: LaneKernel<TVec, T, N3, TChannels>.Run(tile); break;
            case 2: LaneKernel<TVec, T, N2, TChannels>.Run(tile); break;
            default: LaneKernel<TVec, T, N1, TChannels>.Run(tile); break;
        }
    }
}

/// <summary>The work of one call of the kernel.</summary>
internal unsafe struct LaneTile<T>
    where T : unmanaged
{
    public int Pieces;
    public int* Source;
    public int* Column;
    public int Pixels;
    public T* Image;
    public int* Tap;

    /// <summary>Planes of the gradient, Pixels apart.</summary>
    public T* Gradient;

    /// <summary>Vectors of sums, channels adjacent, and the step from one tap to the next.</summary>
    public T* Sums;
    public nint Row;
    public bool Accumulate;
}

/// <summary>Up to 5 taps by 4 channels of sums stay in registers while the pixels run.</summary>
internal static unsafe class LaneKernel<TVec, T, TTaps, TChannels>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged
    where TTaps : unmanaged, IConstant
    where TChannels : unmanaged, IConstant
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(LaneTile<T>* tile)
    {
        TVec c00 = TVec.Zero, c01 = TVec.Zero, c02 = TVec.Zero, c03 = TVec.Zero;
        TVec c10 = TVec.Zero, c11 = TVec.Zero, c12 = TVec.Zero, c13 = TVec.Zero;
        TVec c20 = TVec.Zero, c21 = TVec.Zero, c22 = TVec.Zero, c23 = TVec.Zero;
        TVec c30 = TVec.Zero, c31 = TVec.Zero, c32 = TVec.Zero, c33 = TVec.Zero;
        TVec c40 = TVec.Zero, c41 = TVec.Zero, c42 = TVec.Zero, c43 = TVec.Zero;
        T* sums = tile->Sums;
        nint row = tile->Row;
        if (tile->Accumulate)
        {
            c00 = TVec.Load(sums + ((0 * row) + (0 * TVec.Count)));
            if (sizeof(TChannels) > 1) c01 = TVec.Load(sums + ((0 * row) + (1 * TVec.Count)));
            if (sizeof(TChannels) > 2) c02 = TVec.Load(sums + ((0 * row) + (2 * TVec.Count)));
            if (sizeof(TChannels) > 3) c03 = TVec.Load(sums + ((0 * row) + (3 * TVec.Count)));
            if (sizeof(TTaps) > 1) c10 = TVec.Load(sums + ((1 * row) + (0 * TVec.Count)));
            if (sizeof(TTaps) > 1 && sizeof(TChannels) > 1) c11 = TVec.Load(sums + ((1 * row) + (1 * TVec.Count)));
            if (sizeof(TTaps) > 1 && sizeof(TChannels) > 2) c12 = TVec.Load(sums + ((1 * row) + (2 * TVec.Count)));
            if (sizeof(TTaps) > 1 && sizeof(TChannels) > 3) c13 = TVec.Load(sums + ((1 * row) + (3 * TVec.Count)));
            if (sizeof(TTaps) > 2) c20 = TVec.Load(sums + ((2 * row) + (0 * TVec.Count)));
            if (sizeof(TTaps) > 2 && sizeof(TChannels) > 1) c21 = TVec.Load(sums + ((2 * row) + (1 * TVec.Count)));
            if (sizeof(TTaps) > 2 && sizeof(TChannels) > 2) c22 = TVec.Load(sums + ((2 * row) + (2 * TVec.Count)));
            if (sizeof(TTaps) > 2 && sizeof(TChannels) > 3) c23 = TVec.Load(sums + ((2 * row) + (3 * TVec.Count)));
            if (sizeof(TTaps) > 3) c30 = TVec.Load(sums + ((3 * row) + (0 * TVec.Count)));
            if (sizeof(TTaps) > 3 && sizeof(TChannels) > 1) c31 = TVec.Load(sums + ((3 * row) + (1 * TVec.Count)));
            if (sizeof(TTaps) > 3 && sizeof(TChannels) > 2) c32 = TVec.Load(sums + ((3 * row) + (2 * TVec.Count)));
            if (sizeof(TTaps) > 3 && sizeof(TChannels) > 3) c33 = TVec.Load(sums + ((3 * row) + (3 * TVec.Count)));
            if (sizeof(TTaps) > 4) c40 = TVec.Load(sums + ((4 * row) + (0 * TVec.Count)));
            if (sizeof(TTaps) > 4 && sizeof(TChannels) > 1) c41 = TVec.Load(sums + ((4 * row) + (1 * TVec.Count)));
            if (sizeof(TTaps) > 4 && sizeof(TChannels) > 2) c42 = TVec.Load(sums + ((4 * row) + (2 * TVec.Count)));
            if (sizeof(TTaps) > 4 && sizeof(TChannels) > 3) c43 = TVec.Load(sums + ((4 * row) + (3 * TVec.Count)));
        }
        int* tap = tile->Tap;
        T* i0 = tile->Image + tap[0];
        T* i1 = sizeof(TTaps) > 1 ? tile->Image + tap[1] : i0;
        T* i2 = sizeof(TTaps) > 2 ? tile->Image + tap[2] : i0;
        T* i3 = sizeof(TTaps) > 3 ? tile->Image + tap[3] : i0;
        T* i4 = sizeof(TTaps) > 4 ? tile->Image + tap[4] : i0;
        T* dy0 = tile->Gradient, dy1 = dy0 + tile->Pixels, dy2 = dy1 + tile->Pixels, dy3 = dy2 + tile->Pixels;
        int* source = tile->Source, columns = tile->Column;
        int pieces = tile->Pieces;

        // A window into these is the mask of a piece: as many lanes set as it has pixels.
        T* masks = stackalloc T[2 * TVec.Count];
        TVec.Store(masks, TVec.Equal(TVec.Zero, TVec.Zero));
        TVec.Store(masks + TVec.Count, TVec.Zero);
        for (nint i = 0; i < pieces; i++)
        {
            nint at = source[i], column = columns[i];
            int length = (i + 1 < pieces ? columns[i + 1] : tile->Pixels) - (int)column;
            if (length == TVec.Count)
            {
                TVec d0 = TVec.Load(dy0 + column);
                TVec d1 = sizeof(TChannels) > 1 ? TVec.Load(dy1 + column) : d0;
                TVec d2 = sizeof(TChannels) > 2 ? TVec.Load(dy2 + column) : d0;
                TVec d3 = sizeof(TChannels) > 3 ? TVec.Load(dy3 + column) : d0;
                TVec x = TVec.Load(i0 + at);
                c00 = TVec.Fma(x, d0, c00);
                if (sizeof(TChannels) > 1) c01 = TVec.Fma(x, d1, c01);
                if (sizeof(TChannels) > 2) c02 = TVec.Fma(x, d2, c02);
                if (sizeof(TChannels) > 3) c03 = TVec.Fma(x, d3, c03);
                if (sizeof(TTaps) > 1)
                {
                    x = TVec.Load(i1 + at);
                    c10 = TVec.Fma(x, d0, c10);
                    if (sizeof(TChannels) > 1) c11 = TVec.Fma(x, d1, c11);
                    if (sizeof(TChannels) > 2) c12 = TVec.Fma(x, d2, c12);
                    if (sizeof(TChannels) > 3) c13 = TVec.Fma(x, d3, c13);
                }
                if (sizeof(TTaps) > 2)
                {
                    x = TVec.Load(i2 + at);
                    c20 = TVec.Fma(x, d0, c20);
                    if (sizeof(TChannels) > 1) c21 = TVec.Fma(x, d1, c21);
                    if (sizeof(TChannels) > 2) c22 = TVec.Fma(x, d2, c22);
                    if (sizeof(TChannels) > 3) c23 = TVec.Fma(x, d3, c23);
                }
                if (sizeof(TTaps) > 3)
                {
                    x = TVec.Load(i3 + at);
                    c30 = TVec.Fma(x, d0, c30);
                    if (sizeof(TChannels) > 1) c31 = TVec.Fma(x, d1, c31);
                    if (sizeof(TChannels) > 2) c32 = TVec.Fma(x, d2, c32);
                    if (sizeof(TChannels) > 3) c33 = TVec.Fma(x, d3, c33);
                }
                if (sizeof(TTaps) > 4)
                {
                    x = TVec.Load(i4 + at);
                    c40 = TVec.Fma(x, d0, c40);
                    if (sizeof(TChannels) > 1) c41 = TVec.Fma(x, d1, c41);
                    if (sizeof(TChannels) > 2) c42 = TVec.Fma(x, d2, c42);
                    if (sizeof(TChannels) > 3) c43 = TVec.Fma(x, d3, c43);
                }
            }
            else
            {
                // Lanes past the piece are zero on both sides: an infinity beyond it must not become NaN.
                TVec mask = TVec.Load(masks + TVec.Count - length);
                bool inside = column + TVec.Count <= tile->Pixels;
                TVec d0 = Part(dy0 + column, mask, length, inside);
                TVec d1 = sizeof(TChannels) > 1 ? Part(dy1 + column, mask, length, inside) : d0;
                TVec d2 = sizeof(TChannels) > 2 ? Part(dy2 + column, mask, length, inside) : d0;
                TVec d3 = sizeof(TChannels) > 3 ? Part(dy3 + column, mask, length, inside) : d0;
                TVec x = TVec.And(mask, TVec.Load(i0 + at));
                c00 = TVec.Fma(x, d0, c00);
                if (sizeof(TChannels) > 1) c01 = TVec.Fma(x, d1, c01);
                if (sizeof(TChannels) > 2) c02 = TVec.Fma(x, d2, c02);
                if (sizeof(TChannels) > 3) c03 = TVec.Fma(x, d3, c03);
                if (sizeof(TTaps) > 1)
                {
                    x = TVec.And(mask, TVec.Load(i1 + at));
                    c10 = TVec.Fma(x, d0, c10);
                    if (sizeof(TChannels) > 1) c11 = TVec.Fma(x, d1, c11);
                    if (sizeof(TChannels) > 2) c12 = TVec.Fma(x, d2, c12);
                    if (sizeof(TChannels) > 3) c13 = TVec.Fma(x, d3, c13);
                }
                if (sizeof(TTaps) > 2)
                {
                    x = TVec.And(mask, TVec.Load(i2 + at));
                    c20 = TVec.Fma(x, d0, c20);
                    if (sizeof(TChannels) > 1) c21 = TVec.Fma(x, d1, c21);
                    if (sizeof(TChannels) > 2) c22 = TVec.Fma(x, d2, c22);
                    if (sizeof(TChannels) > 3) c23 = TVec.Fma(x, d3, c23);
                }
                if (sizeof(TTaps) > 3)
                {
                    x = TVec.And(mask, TVec.Load(i3 + at));
                    c30 = TVec.Fma(x, d0, c30);
                    if (sizeof(TChannels) > 1) c31 = TVec.Fma(x, d1, c31);
                    if (sizeof(TChannels) > 2) c32 = TVec.Fma(x, d2, c32);
                    if (sizeof(TChannels) > 3) c33 = TVec.Fma(x, d3, c33);
                }
                if (sizeof(TTaps) > 4)
                {
                    x = TVec.And(mask, TVec.Load(i4 + at));
                    c40 = TVec.Fma(x, d0, c40);
                    if (sizeof(TChannels) > 1) c41 = TVec.Fma(x, d1, c41);
                    if (sizeof(TChannels) > 2) c42 = TVec.Fma(x, d2, c42);
                    if (sizeof(TChannels) > 3) c43 = TVec.Fma(x, d3, c43);
                }
            }
        }
        TVec.Store(sums + ((0 * row) + (0 * TVec.Count)), c00);
        if (sizeof(TChannels) > 1) TVec.Store(sums + ((0 * row) + (1 * TVec.Count)), c01);
        if (sizeof(TChannels) > 2) TVec.Store(sums + ((0 * row) + (2 * TVec.Count)), c02);
        if (sizeof(TChannels) > 3) TVec.Store(sums + ((0 * row) + (3 * TVec.Count)), c03);
        if (sizeof(TTaps) > 1) TVec.Store(sums + ((1 * row) + (0 * TVec.Count)), c10);
        if (sizeof(TTaps) > 1 && sizeof(TChannels) > 1) TVec.Store(sums + ((1 * row) + (1 * TVec.Count)), c11);
        if (sizeof(TTaps) > 1 && sizeof(TChannels) > 2) TVec.Store(sums + ((1 * row) + (2 * TVec.Count)), c12);
        if (sizeof(TTaps) > 1 && sizeof(TChannels) > 3) TVec.Store(sums + ((1 * row) + (3 * TVec.Count)), c13);
        if (sizeof(TTaps) > 2) TVec.Store(sums + ((2 * row) + (0 * TVec.Count)), c20);
        if (sizeof(TTaps) > 2 && sizeof(TChannels) > 1) TVec.Store(sums + ((2 * row) + (1 * TVec.Count)), c21);
        if (sizeof(TTaps) > 2 && sizeof(TChannels) > 2) TVec.Store(sums + ((2 * row) + (2 * TVec.Count)), c22);
        if (sizeof(TTaps) > 2 && sizeof(TChannels) > 3) TVec.Store(sums + ((2 * row) + (3 * TVec.Count)), c23);
        if (sizeof(TTaps) > 3) TVec.Store(sums + ((3 * row) + (0 * TVec.Count)), c30);
        if (sizeof(TTaps) > 3 && sizeof(TChannels) > 1) TVec.Store(sums + ((3 * row) + (1 * TVec.Count)), c31);
        if (sizeof(TTaps) > 3 && sizeof(TChannels) > 2) TVec.Store(sums + ((3 * row) + (2 * TVec.Count)), c32);
        if (sizeof(TTaps) > 3 && sizeof(TChannels) > 3) TVec.Store(sums + ((3 * row) + (3 * TVec.Count)), c33);
        if (sizeof(TTaps) > 4) TVec.Store(sums + ((4 * row) + (0 * TVec.Count)), c40);
        if (sizeof(TTaps) > 4 && sizeof(TChannels) > 1) TVec.Store(sums + ((4 * row) + (1 * TVec.Count)), c41);
        if (sizeof(TTaps) > 4 && sizeof(TChannels) > 2) TVec.Store(sums + ((4 * row) + (2 * TVec.Count)), c42);
        if (sizeof(TTaps) > 4 && sizeof(TChannels) > 3) TVec.Store(sums + ((4 * row) + (3 * TVec.Count)), c43);
    }

    // What a whole load would read too much must lie in the same plane: memory may end behind it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec Part(T* from, TVec mask, int length, bool inside) =>
        inside ? TVec.And(mask, TVec.Load(from)) : TVec.LoadPartial(from, length);
}
