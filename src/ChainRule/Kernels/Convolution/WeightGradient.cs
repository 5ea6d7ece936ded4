using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// dW = sum over images and pixels of the output's gradient times the input under the tap, as products [taps, pixels] x
/// [pixels, channels]: the left operand is read from the padded image through tables, only the gradient is transposed.
/// </summary>
/// <remarks>
/// Images are divided into at most 8 sums by the shape alone, and these are added in order: the same bits for any
/// number of threads. Where dW is so large that copies of it would not pay, there is one sum, and threads share its
/// taps.
/// </remarks>
internal static unsafe class WeightGradient<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    private const int MaximumSums = 8;
    private const long MaximumNumbers = 4 << 20;
    private const int PixelBlock = 256;
    private const int TapsPerReduction = 64;
    private const int FewestUnits = 16;
    private const int SmallReduction = 16 * 1024;

    private struct Work
    {
        public Correlation* Table;
        public PaddedImage Image;
        public T* Input;
        public nint InputLength; // of one image and group
        public T* Gradient;
        public nint GradientLength;
        public T* Sums; // [Splits, Groups, Taps, padded channels]
        public T* Result;
        public int Batch;
        public int Groups;
        public int Channels; // of the output, in one group
        public int Splits;
        public int GroupsPerUnit;
        public int Parts;
        public bool Accumulate;

        public readonly ChannelPanels Panels => new(Channels, TVec.Count);

        public readonly int UnitsPerSplit => (Groups + GroupsPerUnit - 1) / GroupsPerUnit;

        public readonly nint SumLength => (nint)Table->Taps * Panels.Padded;
    }

    public static void Run(in ConvolutionShape s, T* x, T* dy, T* dw, bool accumulate)
    {
        if (s.Batch == 0 || s.Output.Volume == 0)
        {
            if (!accumulate) new Span<T>(dw, checked((int)s.WeightLength)).Clear();
            return;
        }
        bool narrow = LaneWeightGradient<TVec, T>.Suits(s.OutputPerGroup);
        PaddedImage image = CorrelationTables.InputImage(s, narrow ? 64 / sizeof(T) : 1);
        var work = new Work
        {
            Table = CorrelationTables.Forward(s, image, int.MaxValue, TVec.Count),
            Image = image,
            Input = x,
            InputLength = (nint)s.InputPerGroup * s.Input.Volume,
            Gradient = dy,
            GradientLength = (nint)s.OutputPerGroup * s.Output.Volume,
            Result = dw,
            Batch = s.Batch,
            Groups = s.Groups,
            Channels = s.OutputPerGroup,
            Accumulate = accumulate,
        };
        long numbers = (long)work.SumLength * s.Groups;
        long sums = Math.Min(MaximumSums, MaximumNumbers / Math.Max(1, numbers));

        // Narrow groups are units enough by themselves.
        if (narrow) sums = Math.Min(sums, (FewestUnits + s.Groups - 1) / s.Groups);
        work.Splits = (int)Math.Clamp(sums, 1, Math.Min(MaximumSums, s.Batch));
        work.Sums = Scratch.Rent<T>(ScratchUse.ConvolutionSums, checked((nint)(numbers * work.Splits)));

        Scheduler scheduler = Scheduler.Current;
        double operations = (double)s.Batch * s.OutputChannels * s.Output.Volume * s.Depth;
        if (scheduler.Threads == 1 || operations < 64.0 * 64 * 64) scheduler = SerialScheduler.Instance;

        // In lanes, small groups are summed image by image in the order in which they lie in memory.
        bool inLanes = narrow || LaneWeightGradient<TVec, T>.Suits(work.Table);
        work.GroupsPerUnit = inLanes ? Math.Max(1, s.Groups * work.Splits / FewestUnits) : 1;
        int units = work.Splits * work.UnitsPerSplit;
        work.Parts = scheduler.Threads == 1 || inLanes || units >= 2 * scheduler.Threads
            ? 1
            : Math.Min(((2 * scheduler.Threads) + units - 1) / units, (s.Depth + 7) / 8);
        scheduler.Run(inLanes ? &SumInLanes : &Sum, &work, checked(units * work.Parts));
        if (numbers * work.Splits < SmallReduction) scheduler = SerialScheduler.Instance;
        scheduler.Run(&Reduce, &work, checked(s.Groups * ((s.Depth + TapsPerReduction - 1) / TapsPerReduction)));
    }

    /// <summary>Sums the images of one split, for one group and a range of taps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(void* argument, int chunk)
    {
        var work = (Work*)argument;
        (int unit, int part) = Math.DivRem(chunk, work->Parts);
        (int split, int group) = Math.DivRem(unit, work->Groups);
        Correlation* table = work->Table;
        ChannelPanels panels = work->Panels;
        int pixels = table->Pixels;

        // Ranges of taps begin at whole tiles.
        int eights = (table->Taps + 7) / 8;
        int firstTap = (int)((long)eights * part / work->Parts) * 8;
        int endTap = Math.Min((int)((long)eights * (part + 1) / work->Parts) * 8, table->Taps);
        int firstImage = (int)((long)work->Batch * split / work->Splits);
        int endImage = (int)((long)work->Batch * (split + 1) / work->Splits);
        int blocks = (pixels + PixelBlock - 1) / PixelBlock, block = (pixels + blocks - 1) / blocks;

        T* image = Scratch.Rent<T>(ScratchUse.ConvolutionImage, work->Image.Length);
        T* gradient = Scratch.Rent<T>(ScratchUse.ConvolutionPanel, (nint)pixels * panels.Padded);
        T* sums = work->Sums + (unit * work->SumLength);
        IndirectTile<T> tile = default;
        tile.Base = image;
        tile.RowC = panels.Padded;
        for (int n = firstImage; n < endImage; n++)
        {
            nint item = ((nint)n * work->Groups) + group;
            work->Image.Copy<TVec, T>(work->Input + (item * work->InputLength), image, fill: n == firstImage);
            Transpose(work->Gradient + (item * work->GradientLength), pixels, panels, gradient);
            for (int p = 0; p < pixels; p += block)
            {
                tile.K = Math.Min(block, pixels - p);
                tile.Step = table->Pixel + p;
                tile.Accumulate = n > firstImage || p > 0;
                for (int j = 0; j < panels.Count; j++)
                {
                    nint first = panels.First(j), width = panels.Vectors(j) * TVec.Count;
                    tile.Row = table->Tap + firstTap;
                    tile.B = gradient + (first * pixels) + (p * width);
                    tile.StepB = width;
                    tile.C = sums + (firstTap * tile.RowC) + first;
                    IndirectRows<TVec, T>.Run(&tile, endTap - firstTap, panels.Vectors(j), Gemm.Gemm.TileRows);
                }
            }
        }
    }

    /// <summary>Sums the images of one split for some groups, all taps at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumInLanes(void* argument, int unit)
    {
        var work = (Work*)argument;
        (int split, int block) = Math.DivRem(unit, work->UnitsPerSplit);
        int firstGroup = block * work->GroupsPerUnit;
        int endGroup = Math.Min(firstGroup + work->GroupsPerUnit, work->Groups);
        int firstImage = (int)((long)work->Batch * split / work->Splits);
        int endImage = (int)((long)work->Batch * (split + 1) / work->Splits);
        Correlation* table = work->Table;
        nint length = LaneWeightGradient<TVec, T>.LanesLength(table->Taps, work->Channels);
        T* image = Scratch.Rent<T>(ScratchUse.ConvolutionImage, 2 * work->Image.Length) + work->Image.Lead;
        T* lanes = Scratch.Rent<T>(ScratchUse.ConvolutionLanes, (endGroup - firstGroup) * length);

        // Images are copied one ahead: a load that spans two stores waits until both have left the store queue.
        int groups = endGroup - firstGroup, count = (endImage - firstImage) * groups;
        for (int i = 0, copied = 0; i < count; i++)
        {
            for (; copied < Math.Min(i + 2, count); copied++)
            {
                work->Image.Copy<TVec, T>(
                    work->Input + (Item(copied) * work->InputLength), image + (copied % 2 * work->Image.Length),
                    fill: copied < 2);
            }
            LaneWeightGradient<TVec, T>.Add(
                table, image + (i % 2 * work->Image.Length), work->Gradient + (Item(i) * work->GradientLength),
                work->Channels, lanes + (i % groups * length), accumulate: i >= groups);
        }
        nint row = work->Panels.Padded;
        T* sums = work->Sums + (((split * (nint)work->Groups) + firstGroup) * work->SumLength);
        for (int g = firstGroup; g < endGroup; g++)
        {
            LaneWeightGradient<TVec, T>.Fold(lanes, table->Taps, work->Channels, sums, row);
            lanes += length;
            sums += work->SumLength;
        }

        nint Item(int i) => ((nint)(firstImage + (i / groups)) * work->Groups) + firstGroup + (i % groups);
    }

    /// <summary>[channels, pixels] to a panel [pixels, width] for each panel of channels.</summary>
    public static void Transpose(T* gradient, nint pixels, in ChannelPanels panels, T* target)
    {
        for (int j = 0; j < panels.Count; j++)
        {
            nint first = panels.First(j), width = panels.Vectors(j) * TVec.Count;
            nint count = Math.Min(width, panels.Channels - first);
            T* to = target + (first * pixels);
            if (count < width)
            {
                for (nint p = 0; p < pixels; p++) new Span<T>(to + (p * width) + count, (int)(width - count)).Clear();
            }
            Transposition.Copy(gradient + (first * pixels), pixels, to, width, count, pixels);
        }
    }

    /// <summary>
    /// Adds the splits in order, for one group and a range of taps, and stores them as [channels, taps].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Reduce(void* argument, int chunk)
    {
        var work = (Work*)argument;
        int taps = work->Table->Taps, padded = work->Panels.Padded;
        int ranges = (taps + TapsPerReduction - 1) / TapsPerReduction;
        (int group, int range) = Math.DivRem(chunk, ranges);
        int first = range * TapsPerReduction, count = Math.Min(TapsPerReduction, taps - first);
        nint length = (nint)count * padded, split = work->Groups * work->SumLength;
        T* sums = work->Sums + (group * work->SumLength) + ((nint)first * padded);
        for (nint i = 0; i < length; i += TVec.Count)
        {
            TVec total = TVec.Load(sums + i);
            for (int s = 1; s < work->Splits; s++) total += TVec.Load(sums + (s * split) + i);
            TVec.Store(sums + i, total);
        }

        T* result = work->Result + ((nint)group * work->Channels * taps) + first;
        if (!work->Accumulate)
        {
            Transposition.Copy(sums, padded, result, taps, count, work->Channels);
            return;
        }
        T* transposed = Scratch.Rent<T>(ScratchUse.ConvolutionPanel, (nint)work->Channels * count);
        Transposition.Copy(sums, padded, transposed, count, count, work->Channels);
        for (nint m = 0; m < work->Channels; m++)
        {
            for (nint k = 0; k < count; k++) result[(m * taps) + k] += transposed[(m * count) + k];
        }
    }
}
