using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Gemm;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// A forward pass, or one backward to the data (the same with the kernel turned round): blocks of tiles are
/// transformed, multiplied product by product, and transformed back.
/// </summary>
internal static unsafe class MinimalPass<TVec, T, TFilter>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
    where TFilter : struct, IMinimalFilter
{
    // Rows of weights that are transformed together.
    private const int WeightRows = 4;

    private struct Work
    {
        public MinimalLayout Layout;
        public T* Source;
        public T* Given; // weights as the caller has them
        public T* Weights; // [group, product, panel of results, channel, result]
        public T* Bias;
        public T* Target;
        public int Groups;
        public int TileRows; // of all images and groups
        public int Chunks;
        public bool Relu;
        public bool Backwards;

        public readonly nint GroupWeights => (nint)Layout.Products * Layout.Channels * Layout.PaddedResults;
    }

    public static void Run(in ConvolutionShape s, T* source, T* w, T* bias, T* target, bool relu, bool backwards)
    {
        MinimalLayout layout = MinimalFiltering<TVec, T>.Layout(s, backwards, TFilter.Products);
        var work = new Work
        {
            Layout = layout,
            Source = source,
            Given = w,
            Bias = bias,
            Target = target,
            Groups = s.Groups,
            TileRows = checked(s.Batch * s.Groups * layout.TileRows),
            Relu = relu,
            Backwards = backwards,
        };
        work.Weights = Scratch.Rent<T>(ScratchUse.ConvolutionWeights, s.Groups * work.GroupWeights);
        Scheduler scheduler = Scheduler.Current;
        double products = (double)work.TileRows * layout.TileColumns * layout.Products;
        if (products * layout.Channels * layout.Results < 64.0 * 64 * 64) scheduler = SerialScheduler.Instance;
        scheduler.Run(&Transform, &work, s.Groups * ((layout.Channels + WeightRows - 1) / WeightRows));
        work.Chunks = scheduler.Threads == 1 ? 1 : Math.Min(work.TileRows, 4 * scheduler.Threads);
        scheduler.Run(&Chunk, &work, work.Chunks);
    }

    /// <summary>Transforms the weights of a few channels to all results.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Transform(void* argument, int chunk)
    {
        var work = (Work*)argument;
        MinimalLayout layout = work->Layout;
        var panels = new ChannelPanels(layout.Results, TVec.Count);
        T* scratch = stackalloc T[MinimalTransform<TVec, T, TFilter>.ScratchLength];
        nint taps = TFilter.Taps * TFilter.Taps, results = layout.PaddedResults;
        (int group, int block) = Math.DivRem(chunk, (layout.Channels + WeightRows - 1) / WeightRows);
        int first = block * WeightRows, end = Math.Min(first + WeightRows, layout.Channels);
        T* given = work->Given + ((nint)group * layout.Channels * layout.Results * taps);
        T* target = work->Weights + (group * work->GroupWeights);

        // [channel, tap, result]: results are the vectors, of which those past the last are zero.
        nint length = (end - first) * taps * results;
        T* turned = Scratch.Rent<T>(ScratchUse.ConvolutionPanel, length);
        if (results > layout.Results) new Span<T>(turned, (int)length).Clear();
        if (!work->Backwards)
        {
            Transposition.Copy(given + (first * taps), layout.Channels * taps, turned, results, layout.Results,
                (end - first) * taps);
        }
        else
        {
            for (nint c = first; c < end; c++)
            {
                Transposition.Copy(given + (c * layout.Results * taps), taps, turned + ((c - first) * taps * results),
                    results, layout.Results, taps);
            }
        }

        // Backwards, taps are read from the last to the first.
        nint column = work->Backwards ? -results : results, start = work->Backwards ? taps - 1 : 0;
        for (nint c = first; c < end; c++)
        {
            T* from = turned + ((((c - first) * taps) + start) * results);
            for (int j = 0; j < panels.Count; j++)
            {
                nint at = panels.First(j), width = panels.Vectors(j) * TVec.Count;
                MinimalTransform<TVec, T, TFilter>.Weights(from + at, TFilter.Taps * column, column,
                    target + (at * layout.Channels) + (c * width), layout.Channels * results, width, scratch);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Chunk(void* argument, int chunk)
    {
        var work = (Work*)argument;
        MinimalLayout layout = work->Layout;
        int rows = work->TileRows, columns = layout.TileColumns;
        long first = (long)rows * chunk / work->Chunks * columns;
        long end = (long)rows * (chunk + 1) / work->Chunks * columns;
        T* scratch = stackalloc T[MinimalTransform<TVec, T, TFilter>.ScratchLength];
        nint pixels = 2 * columns * layout.PaddedResults; // numbers in a row of the strip
        T* image = Scratch.Rent<T>(ScratchUse.ConvolutionImage, layout.ImageLength);
        T* factors = Scratch.Rent<T>(ScratchUse.ConvolutionPanel,
            (layout.Products * (layout.InputStep + layout.ResultStep)) + (2 * pixels));
        T* products = factors + (layout.Products * layout.InputStep);
        T* strip = products + (layout.Products * layout.ResultStep);
        nint imageRow = (nint)layout.RowPixels * layout.PaddedChannels;
        new Span<T>(image, checked((int)layout.ImageLength)).Clear();

        int loaded = -1;
        for (long block = first; block < end; block += layout.Block)
        {
            nint count = (nint)Math.Min(layout.Block, end - block);
            (int row, int column) = ((int)(block / columns), (int)(block % columns));
            for (nint i = 0; i < count;)
            {
                (int unit, int tileRow) = Math.DivRem(row, layout.TileRows);
                if (unit != loaded)
                {
                    nint length = (nint)layout.Channels * layout.Input.Volume;
                    MinimalLayout.ChannelsLast(work->Source + (unit * length), layout.Input, layout.Channels, image,
                        layout.RowPixels, layout.PaddedChannels, layout.Padding);
                    loaded = unit;
                }
                for (; i < count && column < columns; i++, column++)
                {
                    T* from = image + (2 * tileRow * imageRow) + (2 * column * (nint)layout.PaddedChannels);
                    MinimalTransform<TVec, T, TFilter>.Input(from, imageRow, layout.PaddedChannels,
                        factors + (i * layout.PaddedChannels), layout.InputStep, layout.PaddedChannels, scratch);
                }
                if (column == columns) (row, column) = (row + 1, 0);
            }
            Multiply(work, factors, products, block, count);

            (row, column) = ((int)(block / columns), (int)(block % columns));
            for (nint i = 0; i < count; i++)
            {
                MinimalTransform<TVec, T, TFilter>.Output(products + (i * layout.PaddedResults), layout.ResultStep,
                    strip + (2 * column * (nint)layout.PaddedResults), pixels, layout.PaddedResults,
                    layout.PaddedResults, scratch);
                if (++column < columns) continue;
                Finish(work, row, strip, pixels);
                (row, column) = (row + 1, 0);
            }
        }
    }

    /// <summary>products[p, i, m] = sum over channels of factors[p, i, c] * weights[p, c, m].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(Work* work, T* factors, T* products, long block, nint count)
    {
        MinimalLayout layout = work->Layout;
        var panels = new ChannelPanels(layout.Results, TVec.Count);
        GemmTile<T> tile = default;
        tile.K = layout.Channels;
        long perUnit = layout.Tiles;
        for (nint done = 0; done < count;)
        {
            // Tiles of one group have one set of weights.
            int group = (int)((block + done) / perUnit % work->Groups);
            nint some = work->Groups == 1
                ? count
                : (nint)Math.Min(count - done, perUnit - ((block + done) % perUnit));
            nint tiles = (some + Gemm.Gemm.TileRows - 1) / Gemm.Gemm.TileRows, rows = (some + tiles - 1) / tiles;
            T* weights = work->Weights + (group * work->GroupWeights);
            for (nint p = 0; p < layout.Products; p++)
            {
                for (int j = 0; j < panels.Count; j++)
                {
                    tile.A = factors + (p * layout.InputStep) + (done * layout.PaddedChannels);
                    tile.RowA = layout.PaddedChannels;
                    tile.StepA = 1;
                    tile.B = weights + (((p * layout.PaddedResults) + panels.First(j)) * layout.Channels);
                    tile.StepB = panels.Vectors(j) * TVec.Count;
                    tile.C = products + (p * layout.ResultStep) + (done * layout.PaddedResults) + panels.First(j);
                    tile.RowC = layout.PaddedResults;
                    GemmBlocks<TVec, T>.Column(&tile, some, panels.Vectors(j) * TVec.Count, rows, packedA: false);
                }
            }
            done += some;
        }
    }

    /// <summary>Two complete rows of outputs: bias, ReLU, and back to planes.</summary>
    private static void Finish(Work* work, int row, T* strip, nint pixels)
    {
        MinimalLayout layout = work->Layout;
        (int unit, int tileRow) = Math.DivRem(row, layout.TileRows);
        int width = layout.Output.W, rows = Math.Min(2, layout.Output.H - (2 * tileRow));
        nint plane = layout.Output.Volume;
        T* bias = work->Bias != null ? work->Bias + (unit % work->Groups * (nint)layout.Results) : null;
        T* target = work->Target + (unit * layout.Results * plane) + (2 * tileRow * (nint)width);
        for (int i = 0; i < rows; i++)
        {
            T* from = strip + (i * pixels);
            if (bias != null || work->Relu)
            {
                IndirectCorrelation<TVec, T>.Finish(
                    from, layout.PaddedResults, width, layout.Results, bias, work->Relu);
            }
            Transposition.Copy(from, layout.PaddedResults, target + (i * width), plane, width, layout.Results);
        }
    }
}
