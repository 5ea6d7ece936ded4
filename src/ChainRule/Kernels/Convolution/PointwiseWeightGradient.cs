using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Gemm;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// The weights' gradient of a kernel of one tap, dw = sum over images of dy x^T: only the image is turned, the gradient
/// of the output is read row by row where it lies.
/// </summary>
/// <remarks>Images are divided into sums as in <see cref="WeightGradient{TVec,T}"/>.</remarks>
internal static unsafe class PointwiseWeightGradient<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    private const int MaximumSums = 8;
    private const long MaximumNumbers = 1 << 20;
    private const int PixelBlock = 192;

    private struct Work
    {
        public T* Input;
        public T* Gradient;
        public T* Sums; // [split, group, output channel, padded input channel]
        public T* Result;
        public int Batch;
        public int Groups;
        public int Channels; // of the input, in one group
        public int Rows; // channels of the output, in one group
        public int Pixels;
        public int Splits;
        public int Parts;
        public bool Accumulate;

        public readonly ChannelPanels Panels => new(Channels, TVec.Count);

        public readonly nint SumLength => (nint)Rows * Panels.Padded;
    }

    /// <summary>Where the image is the smaller one to turn, and fills the vectors.</summary>
    public static bool Suits(in ConvolutionShape s) =>
        s.IsPointwise && s.InputPerGroup <= s.OutputPerGroup && s.InputPerGroup >= TVec.Count
        && s.Batch > 0 && s.Output.Volume > 0;

    public static void Run(in ConvolutionShape s, T* x, T* dy, T* dw, bool accumulate)
    {
        var work = new Work
        {
            Input = x,
            Gradient = dy,
            Result = dw,
            Batch = s.Batch,
            Groups = s.Groups,
            Channels = s.InputPerGroup,
            Rows = s.OutputPerGroup,
            Pixels = s.Output.Volume,
            Accumulate = accumulate,
        };
        long numbers = (long)work.SumLength * s.Groups;
        work.Splits = (int)Math.Clamp(MaximumNumbers / numbers, 1, Math.Min(MaximumSums, s.Batch));
        work.Sums = Scratch.Rent<T>(ScratchUse.ConvolutionSums, checked((nint)(numbers * work.Splits)));
        Scheduler scheduler = Scheduler.Current;
        if ((double)s.OutputLength * s.Depth < 64.0 * 64 * 64) scheduler = SerialScheduler.Instance;
        int units = work.Splits * s.Groups, tiles = (work.Rows + 7) / 8;
        work.Parts = scheduler.Threads == 1 || units >= 2 * scheduler.Threads
            ? 1
            : Math.Min(((2 * scheduler.Threads) + units - 1) / units, tiles);
        scheduler.Run(&Sum, &work, checked(units * work.Parts));
        scheduler.Run(&Reduce, &work, s.Groups * tiles);
    }

    /// <summary>Sums the images of one split, for one group and a range of output channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(void* argument, int chunk)
    {
        var work = (Work*)argument;
        (int unit, int part) = Math.DivRem(chunk, work->Parts);
        (int split, int group) = Math.DivRem(unit, work->Groups);
        ChannelPanels panels = work->Panels;
        int pixels = work->Pixels, tiles = (work->Rows + 7) / 8;
        int firstRow = (int)((long)tiles * part / work->Parts) * 8;
        int endRow = Math.Min((int)((long)tiles * (part + 1) / work->Parts) * 8, work->Rows);
        int firstImage = (int)((long)work->Batch * split / work->Splits);
        int endImage = (int)((long)work->Batch * (split + 1) / work->Splits);
        int blocks = (pixels + PixelBlock - 1) / PixelBlock, block = (pixels + blocks - 1) / blocks;

        T* turned = Scratch.Rent<T>(ScratchUse.ConvolutionPanel, (nint)pixels * panels.Padded);
        T* sums = work->Sums + (unit * work->SumLength) + ((nint)firstRow * panels.Padded);
        GemmTile<T> tile = default;
        tile.RowA = pixels;
        tile.StepA = 1;
        tile.RowC = panels.Padded;
        for (int n = firstImage; n < endImage; n++)
        {
            nint item = ((nint)n * work->Groups) + group;
            WeightGradient<TVec, T>.Transpose(work->Input + (item * work->Channels * pixels), pixels, panels, turned);
            T* gradient = work->Gradient + (((item * work->Rows) + firstRow) * pixels);
            for (int p = 0; p < pixels; p += block)
            {
                tile.K = Math.Min(block, pixels - p);
                tile.Accumulate = n > firstImage || p > 0;
                for (int j = 0; j < panels.Count; j++)
                {
                    nint first = panels.First(j), width = panels.Vectors(j) * TVec.Count;
                    tile.A = gradient + p;
                    tile.B = turned + (first * pixels) + (p * width);
                    tile.StepB = width;
                    tile.C = sums + first;
                    GemmBlocks<TVec, T>.Column(
                        &tile, endRow - firstRow, width, Gemm.Gemm.TileRows, packedA: false);
                }
            }
        }
    }

    /// <summary>Adds the splits in order for up to eight output channels of one group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Reduce(void* argument, int chunk)
    {
        var work = (Work*)argument;
        int padded = work->Panels.Padded;
        (int group, int tile) = Math.DivRem(chunk, (work->Rows + 7) / 8);
        nint split = work->Groups * work->SumLength;
        for (nint row = 8 * tile; row < Math.Min((8 * tile) + 8, work->Rows); row++)
        {
            T* sums = work->Sums + (group * work->SumLength) + (row * padded);
            T* result = work->Result + (((group * (nint)work->Rows) + row) * work->Channels);
            for (nint c = 0; c < work->Channels; c += TVec.Count)
            {
                TVec total = TVec.Load(sums + c);
                for (int s = 1; s < work->Splits; s++) total += TVec.Load(sums + (s * split) + c);
                int count = (int)Math.Min(TVec.Count, work->Channels - c);
                if (work->Accumulate) total += TVec.LoadPartial(result + c, count);
                if (count == TVec.Count) TVec.Store(result + c, total);
                else TVec.StorePartial(result + c, total, count);
            }
        }
    }
}
