using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Gemm;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// The weights' gradient by minimal filtering: of each product the sum over tiles of the input's factor times the
/// gradient's, and only at the end back to taps.
/// </summary>
/// <remarks>
/// Images are divided into a few sums by the shape alone, which are added in order: the same bits for any number of
/// threads.
/// </remarks>
internal static unsafe class MinimalWeightGradient<TVec, T, TFilter>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
    where TFilter : struct, IMinimalFilter
{
    private const int MaximumSums = 8;
    private const long MaximumNumbers = 1 << 20;

    // Rows of sums that are brought back to taps together.
    private const int WeightRows = 4;

    private struct Work
    {
        public MinimalLayout Layout;
        public T* Input;
        public T* Gradient;
        public T* Sums; // [split, group, product, channel, result]
        public T* Result;
        public int Batch;
        public int Groups;
        public int Splits;
        public bool Accumulate;

        public readonly nint SumLength => (nint)Layout.Products * Layout.Channels * Layout.PaddedResults;
    }

    public static void Run(in ConvolutionShape s, T* x, T* dy, T* dw, bool accumulate)
    {
        MinimalLayout layout = MinimalFiltering<TVec, T>.Layout(s, backwards: false, TFilter.Products);
        var work = new Work
        {
            Layout = layout,
            Input = x,
            Gradient = dy,
            Result = dw,
            Batch = s.Batch,
            Groups = s.Groups,
            Accumulate = accumulate,
        };
        long numbers = (long)work.SumLength * s.Groups;
        work.Splits = (int)Math.Clamp(MaximumNumbers / numbers, 1, Math.Min(MaximumSums, s.Batch));
        work.Sums = Scratch.Rent<T>(ScratchUse.ConvolutionSums, checked((nint)(numbers * work.Splits)));
        Scheduler scheduler = Scheduler.Current;
        double operations = (double)s.Batch * layout.Tiles * numbers;
        if (operations < 64.0 * 64 * 64) scheduler = SerialScheduler.Instance;
        scheduler.Run(&Sum, &work, work.Splits * s.Groups);
        scheduler.Run(&Reduce, &work, s.Groups * ((layout.Channels + WeightRows - 1) / WeightRows));
    }

    /// <summary>Sums the images of one split, for one group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Sum(void* argument, int unit)
    {
        var work = (Work*)argument;
        MinimalLayout layout = work->Layout;
        (int split, int group) = Math.DivRem(unit, work->Groups);
        int first = (int)((long)work->Batch * split / work->Splits);
        int end = (int)((long)work->Batch * (split + 1) / work->Splits);
        T* scratch = stackalloc T[MinimalTransform<TVec, T, TFilter>.ScratchLength];
        nint rowX = (nint)layout.RowPixels * layout.PaddedChannels;
        nint pixels = 2 * layout.TileColumns, rowY = pixels * layout.PaddedResults;
        nint lengthY = 2 * layout.TileRows * rowY;
        T* image = Scratch.Rent<T>(ScratchUse.ConvolutionImage, layout.ImageLength + lengthY);
        T* gradient = image + layout.ImageLength;
        T* factors = Scratch.Rent<T>(
            ScratchUse.ConvolutionPanel, layout.Products * (layout.InputStep + layout.ResultStep));
        T* products = factors + (layout.Products * layout.InputStep);
        T* sums = work->Sums + (unit * work->SumLength);
        new Span<T>(image, checked((int)(layout.ImageLength + lengthY))).Clear();

        nint count = 0;
        bool accumulate = false;
        for (int n = first; n < end; n++)
        {
            nint item = ((nint)n * work->Groups) + group;
            MinimalLayout.ChannelsLast(
                work->Input + (item * layout.Channels * layout.Input.Volume), layout.Input, layout.Channels,
                image, layout.RowPixels, layout.PaddedChannels, layout.Padding);
            MinimalLayout.ChannelsLast(
                work->Gradient + (item * layout.Results * layout.Output.Volume), layout.Output, layout.Results,
                gradient, pixels, layout.PaddedResults, padding: 0);
            for (nint row = 0; row < layout.TileRows; row++)
            {
                for (nint column = 0; column < layout.TileColumns; column++)
                {
                    MinimalTransform<TVec, T, TFilter>.Input(
                        image + (2 * row * rowX) + (2 * column * layout.PaddedChannels), rowX, layout.PaddedChannels,
                        factors + (count * layout.PaddedChannels), layout.InputStep, layout.PaddedChannels, scratch);
                    MinimalTransform<TVec, T, TFilter>.OutputGradient(
                        gradient + (2 * row * rowY) + (2 * column * layout.PaddedResults), rowY, layout.PaddedResults,
                        products + (count * layout.PaddedResults), layout.ResultStep, layout.PaddedResults, scratch);
                    if (++count < layout.Block) continue;
                    Multiply(layout, factors, products, count, sums, accumulate);
                    accumulate = true;
                    count = 0;
                }
            }
        }
        if (count > 0) Multiply(layout, factors, products, count, sums, accumulate);
    }

    /// <summary>sums[p, c, m] (+)= sum over tiles of factors[p, tile, c] * products[p, tile, m].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(
        in MinimalLayout layout, T* factors, T* products, nint count, T* sums, bool accumulate)
    {
        var panels = new ChannelPanels(layout.Results, TVec.Count);
        nint tiles = (layout.Channels + Gemm.Gemm.TileRows - 1) / Gemm.Gemm.TileRows;
        nint rows = (layout.Channels + tiles - 1) / tiles;
        GemmTile<T> tile = default;
        tile.K = count;
        tile.RowA = 1;
        tile.StepA = layout.PaddedChannels;
        tile.StepB = layout.PaddedResults;
        tile.RowC = layout.PaddedResults;
        tile.Accumulate = accumulate;
        for (nint p = 0; p < layout.Products; p++)
        {
            for (int j = 0; j < panels.Count; j++)
            {
                tile.A = factors + (p * layout.InputStep);
                tile.B = products + (p * layout.ResultStep) + panels.First(j);
                tile.C = sums + (p * layout.Channels * layout.PaddedResults) + panels.First(j);
                nint columns = panels.Vectors(j) * TVec.Count;
                GemmBlocks<TVec, T>.Column(&tile, layout.Channels, columns, rows, packedA: false);
            }
        }
    }

    /// <summary>Adds the splits in order for a few channels of one group, and brings them back to taps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Reduce(void* argument, int chunk)
    {
        var work = (Work*)argument;
        MinimalLayout layout = work->Layout;
        (int group, int block) = Math.DivRem(chunk, (layout.Channels + WeightRows - 1) / WeightRows);
        int first = block * WeightRows, count = Math.Min(WeightRows, layout.Channels - first);
        nint taps = TFilter.Taps * TFilter.Taps, results = layout.PaddedResults, step = layout.Channels * results;
        nint split = work->Groups * work->SumLength;
        T* scratch = stackalloc T[MinimalTransform<TVec, T, TFilter>.ScratchLength];
        T* turned = Scratch.Rent<T>(ScratchUse.ConvolutionPanel, 2 * count * taps * results);
        T* sums = work->Sums + (group * work->SumLength) + (first * results);
        for (nint c = 0; c < count; c++, sums += results)
        {
            for (nint p = 0; p < layout.Products; p++)
            {
                T* sum = sums + (p * step);
                for (nint m = 0; m < results; m += TVec.Count)
                {
                    TVec total = TVec.Load(sum + m);
                    for (int s = 1; s < work->Splits; s++) total += TVec.Load(sum + (s * split) + m);
                    TVec.Store(sum + m, total);
                }
            }
            MinimalTransform<TVec, T, TFilter>.WeightsGradient(sums, step, turned + (c * taps * results),
                TFilter.Taps * results, results, results, scratch);
        }

        // [channel, tap, result] to [result, channel, tap].
        nint columns = count * taps, all = layout.Channels * taps;
        T* result = work->Result + (group * layout.Results * all) + (first * taps);
        if (!work->Accumulate)
        {
            Transposition.Copy(turned, results, result, all, columns, layout.Results);
            return;
        }
        T* own = turned + (columns * results);
        Transposition.Copy(turned, results, own, columns, columns, layout.Results);
        for (nint m = 0; m < layout.Results; m++)
        {
            for (nint i = 0; i < columns; i++) result[(m * all) + i] += own[(m * columns) + i];
        }
    }
}
