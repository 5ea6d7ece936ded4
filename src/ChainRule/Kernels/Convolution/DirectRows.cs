using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Gemm;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// The direct correlation where the kernel has 3 or 5 rows and windows follow each other row by row (depthwise layers
/// as they are): a vector that is read from the image serves all output rows whose windows it lies in.
/// </summary>
internal static unsafe class DirectRows<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    public static bool Suits(in CorrelationRows rows) => rows.Kernel is 3 or 5;

    /// <summary>What all images of a pass have in common.</summary>
    public static DirectRowsTile<T> Tile(Correlation* one, bool relu) => new()
    {
        Channels = one->Taps / (one->Rows.Kernel * one->Rows.KernelColumns),
        Columns = one->Rows.KernelColumns,
        ImageRow = one->Rows.ImageRow,
        ImageChannel = one->Rows.ImageChannel,
        WeightStep = one->Rows.Backwards ? -1 : 1,
        OutputRow = one->Rows.Width,
        Relu = relu,
    };

    /// <summary>As <see cref="PackedCorrelation{TVec,T}.Run"/>, for rows [First, End) of the output.</summary>
    /// <remarks>Not inlined: small images would pay for the frame of a large caller.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        DirectRowsTile<T>* tile, Correlation* one, T* image, T* weights, T* bias, T* output, nint plane, int channels,
        int first, int end)
    {
        int kernel = one->Rows.Kernel, width = one->Rows.Width;
        nint imageRow = one->Rows.ImageRow;
        image += one->Pixel[0];

        // Backwards, the last weight of a channel belongs to the first pixel of the window.
        if (one->Rows.Backwards) weights += (kernel * tile->Columns) - 1;
        for (nint m = 0; m < channels; m++)
        {
            tile->Weight = weights + (m * one->Taps);
            tile->Bias = bias != null ? bias[m] : T.Zero;
            for (int column = 0; column < width; column += TVec.Count)
            {
                tile->Count = Math.Min(TVec.Count, width - column);
                for (int row = first; row < end;)
                {
                    int left = end - row, count = Math.Min(left, 8);
                    if (left is > 8 and < 16) count = (left + 1) / 2;
                    tile->Image = image + (row * imageRow) + column;
                    tile->Output = output + (m * plane) + ((nint)row * width) + column;
                    if (kernel == 3) Call<N3>(tile, count);
                    else Call<N5>(tile, count);
                    row += count;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Call<TKernel>(DirectRowsTile<T>* tile, int rows)
        where TKernel : unmanaged, IConstant
    {
        switch (rows)
        {
            case 8: DirectRowsKernel<TVec, T, N8, TKernel>.Run(tile); break;
            case 7: DirectRowsKernel<TVec, T, N7, TKernel>.Run(tile); break;
            case 6: DirectRowsKernel<TVec, T, N6, TKernel>.Run(tile); break;
            case 5: DirectRowsKernel<TVec, T, N5, TKernel>.Run(tile); break;
            case 4: DirectRowsKernel<TVec, T, N4, TKernel>.Run(tile); break;
            case 3: DirectRowsKernel<TVec, T, N3, TKernel>.Run(tile); break;
            case 2: DirectRowsKernel<TVec, T, N2, TKernel>.Run(tile); break;
            default: DirectRowsKernel<TVec, T, N1, TKernel>.Run(tile); break;
        }
    }
}

/// <summary>The work of one call of the kernel.</summary>
internal unsafe struct DirectRowsTile<T>
    where T : unmanaged
{
    public T* Image;
    public nint ImageRow;
    public nint ImageChannel;

    /// <summary>Channels that are summed, and columns of the kernel.</summary>
    public int Channels;
    public int Columns;

    /// <summary>Weight of the window's first pixel, and 1 or -1 for the way to the next.</summary>
    public T* Weight;
    public nint WeightStep;

    public T Bias;
    public bool Relu;
    public T* Output;
    public nint OutputRow;

    /// <summary>How many columns of the vector exist.</summary>
    public int Count;
}

/// <summary>A vector's width of up to 8 output rows, for a kernel of up to 5 rows.</summary>
internal static unsafe class DirectRowsKernel<TVec, T, TRows, TKernel>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
    where TRows : unmanaged, IConstant
    where TKernel : unmanaged, IConstant
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(DirectRowsTile<T>* tile)
    {
        TVec c0 = TVec.Broadcast(tile->Bias);
        TVec c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
        TVec x;
        nint step = tile->ImageRow, weightStep = tile->WeightStep, weightRow = weightStep * tile->Columns;
        T* image = tile->Image, weight = tile->Weight;
        for (int c = tile->Channels; c > 0; c--)
        {
            T* at = image, w = weight;
            for (int column = tile->Columns; column > 0; column--)
            {
                TVec w0 = TVec.Broadcast(*w), w1 = w0, w2 = w0, w3 = w0, w4 = w0;
                if (sizeof(TKernel) > 1) w1 = TVec.Broadcast(w[weightRow]);
                if (sizeof(TKernel) > 2) w2 = TVec.Broadcast(w[2 * weightRow]);
                if (sizeof(TKernel) > 3) w3 = TVec.Broadcast(w[3 * weightRow]);
                if (sizeof(TKernel) > 4) w4 = TVec.Broadcast(w[4 * weightRow]);
                x = TVec.Load(at);
                c0 = TVec.Fma(w0, x, c0);
                if (sizeof(TRows) + sizeof(TKernel) > 2)
                {
                    x = TVec.Load(at + step);
                    if (sizeof(TRows) > 1) c1 = TVec.Fma(w0, x, c1);
                    if (sizeof(TKernel) > 1) c0 = TVec.Fma(w1, x, c0);
                }
                if (sizeof(TRows) + sizeof(TKernel) > 3)
                {
                    x = TVec.Load(at + (2 * step));
                    if (sizeof(TRows) > 2) c2 = TVec.Fma(w0, x, c2);
                    if (sizeof(TRows) > 1 && sizeof(TKernel) > 1) c1 = TVec.Fma(w1, x, c1);
                    if (sizeof(TKernel) > 2) c0 = TVec.Fma(w2, x, c0);
                }
                if (sizeof(TRows) + sizeof(TKernel) > 4)
                {
                    x = TVec.Load(at + (3 * step));
                    if (sizeof(TRows) > 3) c3 = TVec.Fma(w0, x, c3);
                    if (sizeof(TRows) > 2 && sizeof(TKernel) > 1) c2 = TVec.Fma(w1, x, c2);
                    if (sizeof(TRows) > 1 && sizeof(TKernel) > 2) c1 = TVec.Fma(w2, x, c1);
                    if (sizeof(TKernel) > 3) c0 = TVec.Fma(w3, x, c0);
                }
                if (sizeof(TRows) + sizeof(TKernel) > 5)
                {
                    x = TVec.Load(at + (4 * step));
                    if (sizeof(TRows) > 4) c4 = TVec.Fma(w0, x, c4);
                    if (sizeof(TRows) > 3 && sizeof(TKernel) > 1) c3 = TVec.Fma(w1, x, c3);
                    if (sizeof(TRows) > 2 && sizeof(TKernel) > 2) c2 = TVec.Fma(w2, x, c2);
                    if (sizeof(TRows) > 1 && sizeof(TKernel) > 3) c1 = TVec.Fma(w3, x, c1);
                    if (sizeof(TKernel) > 4) c0 = TVec.Fma(w4, x, c0);
                }
                if (sizeof(TRows) + sizeof(TKernel) > 6)
                {
                    x = TVec.Load(at + (5 * step));
                    if (sizeof(TRows) > 5) c5 = TVec.Fma(w0, x, c5);
                    if (sizeof(TRows) > 4 && sizeof(TKernel) > 1) c4 = TVec.Fma(w1, x, c4);
                    if (sizeof(TRows) > 3 && sizeof(TKernel) > 2) c3 = TVec.Fma(w2, x, c3);
                    if (sizeof(TRows) > 2 && sizeof(TKernel) > 3) c2 = TVec.Fma(w3, x, c2);
                    if (sizeof(TRows) > 1 && sizeof(TKernel) > 4) c1 = TVec.Fma(w4, x, c1);
                }
                if (sizeof(TRows) + sizeof(TKernel) > 7)
                {
                    x = TVec.Load(at + (6 * step));
                    if (sizeof(TRows) > 6) c6 = TVec.Fma(w0, x, c6);
                    if (sizeof(TRows) > 5 && sizeof(TKernel) > 1) c5 = TVec.Fma(w1, x, c5);
                    if (sizeof(TRows) > 4 && sizeof(TKernel) > 2) c4 = TVec.Fma(w2, x, c4);
                    if (sizeof(TRows) > 3 && sizeof(TKernel) > 3) c3 = TVec.Fma(w3, x, c3);
                    if (sizeof(TRows) > 2 && sizeof(TKernel) > 4) c2 = TVec.Fma(w4, x, c2);
                }
                if (sizeof(TRows) + sizeof(TKernel) > 8)
                {
                    x = TVec.Load(at + (7 * step));
                    if (sizeof(TRows) > 7) c7 = TVec.Fma(w0, x, c7);
                    if (sizeof(TRows) > 6 && sizeof(TKernel) > 1) c6 = TVec.Fma(w1, x, c6);
                    if (sizeof(TRows) > 5 && sizeof(TKernel) > 2) c5 = TVec.Fma(w2, x, c5);
                    if (sizeof(TRows) > 4 && sizeof(TKernel) > 3) c4 = TVec.Fma(w3, x, c4);
                    if (sizeof(TRows) > 3 && sizeof(TKernel) > 4) c3 = TVec.Fma(w4, x, c3);
                }
                if (sizeof(TRows) + sizeof(TKernel) > 9)
                {
                    x = TVec.Load(at + (8 * step));
                    if (sizeof(TRows) > 7 && sizeof(TKernel) > 1) c7 = TVec.Fma(w1, x, c7);
                    if (sizeof(TRows) > 6 && sizeof(TKernel) > 2) c6 = TVec.Fma(w2, x, c6);
                    if (sizeof(TRows) > 5 && sizeof(TKernel) > 3) c5 = TVec.Fma(w3, x, c5);
                    if (sizeof(TRows) > 4 && sizeof(TKernel) > 4) c4 = TVec.Fma(w4, x, c4);
                }
                if (sizeof(TRows) + sizeof(TKernel) > 10)
                {
                    x = TVec.Load(at + (9 * step));
                    if (sizeof(TRows) > 7 && sizeof(TKernel) > 2) c7 = TVec.Fma(w2, x, c7);
                    if (sizeof(TRows) > 6 && sizeof(TKernel) > 3) c6 = TVec.Fma(w3, x, c6);
                    if (sizeof(TRows) > 5 && sizeof(TKernel) > 4) c5 = TVec.Fma(w4, x, c5);
                }
                if (sizeof(TRows) + sizeof(TKernel) > 11)
                {
                    x = TVec.Load(at + (10 * step));
                    if (sizeof(TRows) > 7 && sizeof(TKernel) > 3) c7 = TVec.Fma(w3, x, c7);
                    if (sizeof(TRows) > 6 && sizeof(TKernel) > 4) c6 = TVec.Fma(w4, x, c6);
                }
                if (sizeof(TRows) + sizeof(TKernel) > 12)
                {
                    x = TVec.Load(at + (11 * step));
                    if (sizeof(TRows) > 7 && sizeof(TKernel) > 4) c7 = TVec.Fma(w4, x, c7);
                }
                at++;
                w += weightStep;
            }
            image += tile->ImageChannel;
            weight += sizeof(TKernel) * Math.Abs(weightRow);
        }
        nint row = tile->OutputRow;
        Store(tile, 0, c0);
        if (sizeof(TRows) > 1) Store(tile, row, c1);
        if (sizeof(TRows) > 2) Store(tile, 2 * row, c2);
        if (sizeof(TRows) > 3) Store(tile, 3 * row, c3);
        if (sizeof(TRows) > 4) Store(tile, 4 * row, c4);
        if (sizeof(TRows) > 5) Store(tile, 5 * row, c5);
        if (sizeof(TRows) > 6) Store(tile, 6 * row, c6);
        if (sizeof(TRows) > 7) Store(tile, 7 * row, c7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(DirectRowsTile<T>* tile, nint at, TVec value)
    {
        if (tile->Relu) value = TVec.Select(TVec.Less(value, TVec.Zero), TVec.Zero, value);
        if (tile->Count == TVec.Count) TVec.Store(tile->Output + at, value);
        else TVec.StorePartial(tile->Output + at, value, tile->Count);
    }
}
