using System.Numerics;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Convolution;

/// <summary>Runs the correlations of a pass for all images and groups, divided among threads.</summary>
internal static unsafe class CorrelationPass<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    // Multiply-adds of a chunk of small units: some ten microseconds.
    private const double WorkOfChunk = 256 * 1024;

    private enum Way
    {
        Packed,
        Indirect,
        Direct,
    }

    private struct Work
    {
        public Correlation* List;
        public int Count;
        public PaddedImage Image;
        public T* Source;
        public nint SourceLength; // of one image and group
        public T* Weights;
        public T* Bias;
        public bool Relu;
        public T* Output;
        public nint Plane;
        public int Channels; // of the output, in one group
        public int Groups;
        public int Units; // images times groups
        public int UnitsPerChunk;
        public int Parts;
        public Way Way;

        /// <summary>A part's share of <paramref name="count"/> things.</summary>
        public readonly (int First, int End) Range(int part, int count) => Parts == 1
            ? (0, count)
            : ((int)((long)count * part / Parts), (int)((long)count * (part + 1) / Parts));
    }

    public static void Forward(in ConvolutionShape s, T* x, T* w, T* bias, T* y, bool relu)
    {
        Way way = Choose(s.OutputPerGroup, s.Depth);
        PaddedImage image = CorrelationTables.InputImage(s, Line(way));
        Correlation* list = CorrelationTables.Forward(s, image, PanelWidth(way), TVec.Count);
        var work = new Work
        {
            List = list,
            Count = 1,
            Image = image,
            Source = x,
            SourceLength = (nint)s.InputPerGroup * s.Input.Volume,
            Weights = w,
            Bias = bias,
            Relu = relu,
            Output = y,
            Plane = s.Output.Volume,
            Channels = s.OutputPerGroup,
            Groups = s.Groups,
            Way = way,
        };
        if (way == Way.Indirect) PackWeights(&work, w, s.WeightLength / s.Groups);
        Run(&work, s.Batch);
    }

    public static void BackwardData(in ConvolutionShape s, T* dy, T* w, T* dx)
    {
        Way way = Choose(s.InputPerGroup, s.OutputPerGroup * s.Kernel.Volume / s.Stride.Volume);
        PaddedImage image = CorrelationTables.GradientImage(s, Line(way));
        Correlation* list = CorrelationTables.BackwardData(s, image, PanelWidth(way), TVec.Count, out int count);
        var work = new Work
        {
            List = list,
            Count = count,
            Image = image,
            Source = dy,
            SourceLength = (nint)s.OutputPerGroup * s.Output.Volume,
            Output = dx,
            Plane = s.Input.Volume,
            Channels = s.InputPerGroup,
            Groups = s.Groups,
            Way = way,
        };
        PackWeights(&work, w, s.WeightLength / s.Groups);
        Run(&work, s.Batch);
    }

    private static Way Choose(int channels, int depth) =>
        DirectCorrelation<TVec, T>.Suits(channels) ? Way.Direct
        : IndirectCorrelation<TVec, T>.Suits(channels, depth) ? Way.Indirect
        : Way.Packed;

    private static int Line(Way way) => way == Way.Direct ? 64 / sizeof(T) : 1;

    /// <summary>Pixels of a panel; the direct way has one panel of all of them.</summary>
    private static int PanelWidth(Way way) => way switch
    {
        Way.Packed => PackedCorrelation<TVec, T>.PanelWidth,
        Way.Indirect => IndirectCorrelation<TVec, T>.PixelBlock,
        _ => int.MaxValue,
    };

    private static int WeightLength(Work* work, int taps) => work->Way == Way.Indirect
        ? IndirectCorrelation<TVec, T>.WeightLength(work->Channels, taps)
        : work->Channels * taps;

    /// <summary>
    /// Brings the weights into the order of the tables, correlation by correlation and group by group.
    /// </summary>
    private static void PackWeights(Work* work, T* weights, long group)
    {
        nint length = 0;
        for (int i = 0; i < work->Count; i++)
            length += (nint)work->Groups * WeightLength(work, work->List[i].Taps);
        T* target = Scratch.Rent<T>(ScratchUse.ConvolutionWeights, length);
        work->Weights = target;
        for (int i = 0; i < work->Count; i++)
        {
            Correlation* one = work->List + i;
            for (int g = 0; g < work->Groups; g++)
            {
                T* from = weights + (g * (nint)group);
                if (work->Way == Way.Indirect)
                    IndirectCorrelation<TVec, T>.PackWeights(one, from, work->Channels, target);
                else Gather(one, from, work->Channels, target);
                target += WeightLength(work, one->Taps);
            }
        }
    }

    private static void Gather(Correlation* one, T* weights, int channels, T* target)
    {
        for (nint m = 0; m < channels; m++)
        {
            T* from = weights + (m * one->WeightRow);
            for (nint k = 0; k < one->Taps; k++) *target++ = from[one->Weight[k]];
        }
    }

    private static void Run(Work* work, int batch)
    {
        // With few images their pixels are divided too; each part then makes its own padded copy.
        Scheduler scheduler = Scheduler.Current;
        work->Units = checked(batch * work->Groups);
        double each = (double)work->Channels * work->Plane * work->List->Taps;
        if (each * work->Units < 64.0 * 64 * 64) scheduler = SerialScheduler.Instance;
        int wanted = scheduler.Threads == 1 ? 1 : 2 * scheduler.Threads;
        work->Parts = work->Units >= wanted ? 1 : (wanted + work->Units - 1) / Math.Max(1, work->Units);

        // Small units are taken together: the borders of the padded copy are then cleared once for all of them.
        double together = scheduler.Threads == 1 ? work->Units : WorkOfChunk / Math.Max(1, each);
        work->UnitsPerChunk = (int)Math.Clamp(together, 1, Math.Max(1, work->Units / wanted));
        scheduler.Run(
            &Chunk, work,
            checked((work->Units + work->UnitsPerChunk - 1) / work->UnitsPerChunk * work->Parts));
    }

    private static void Chunk(void* argument, int chunk)
    {
        var work = (Work*)argument;
        (int block, int part) = Math.DivRem(chunk, work->Parts);
        int first = block * work->UnitsPerChunk, end = Math.Min(first + work->UnitsPerChunk, work->Units);

        // Small images are copied one ahead: a load that spans two stores waits until both have left the store queue.
        int images = work->Way == Way.Direct ? 2 : 1;
        nint length = work->Image.Length;
        T* image = Scratch.Rent<T>(ScratchUse.ConvolutionImage, images * length) + work->Image.Lead;
        T* scratch = Scratch.Rent<T>(ScratchUse.ConvolutionPanel, work->Way switch
        {
            Way.Packed => PackedCorrelation<TVec, T>.ScratchLength(work->Channels),
            Way.Indirect => IndirectCorrelation<TVec, T>.ScratchLength(work->Channels),
            _ => DirectCorrelation<TVec, T>.ScratchLength((int)work->Plane),
        });
        DirectRowsTile<T> rows = work->Way == Way.Direct && DirectRows<TVec, T>.Suits(work->List->Rows)
            ? DirectRows<TVec, T>.Tile(work->List, work->Relu)
            : default;
        for (int copied = first, unit = first, group = first % work->Groups; unit < end; unit++)
        {
            for (; copied < Math.Min(unit + images, end); copied++)
            {
                work->Image.Copy<TVec, T>(work->Source + (copied * work->SourceLength),
                    image + ((copied & (images - 1)) * length), fill: copied - first < images);
            }
            T* own = image + ((unit & (images - 1)) * length);
            if (rows.Columns > 0) Rows(work, &rows, unit, group, part, own);
            else Unit(work, unit, group, part, own, scratch);
            if (++group == work->Groups) group = 0;
        }
    }

    private static void Rows(Work* work, DirectRowsTile<T>* tile, int unit, int group, int part, T* image)
    {
        Correlation* one = work->List;
        int channels = work->Channels;
        (int first, int end) = work->Range(part, one->Rows.Height);
        DirectRows<TVec, T>.Run(tile, one, image, work->Weights + ((nint)group * channels * one->Taps),
            work->Bias != null ? work->Bias + ((nint)group * channels) : null,
            work->Output + ((nint)unit * channels * work->Plane), work->Plane, channels, first, end);
    }

    private static void Unit(Work* work, int unit, int group, int part, T* image, T* scratch)
    {
        T* output = work->Output + ((nint)unit * work->Channels * work->Plane);
        T* bias = work->Bias != null ? work->Bias + ((nint)group * work->Channels) : null;
        T* weights = work->Weights;
        for (int i = 0; i < work->Count; i++)
        {
            Correlation* one = work->List + i;
            int length = WeightLength(work, one->Taps), width = PanelWidth(work->Way);
            T* own = weights + ((nint)group * length);
            if (work->Way == Way.Direct)
            {
                DirectCorrelation<TVec, T>.Run(one, image, own, bias, work->Relu, output, work->Plane, work->Channels,
                    work->Range(part, one->Pixels == 0 ? 0 : one->PanelStart[1]), scratch);
            }
            else if (work->Way == Way.Indirect)
            {
                (int first, int end) = work->Range(part, (one->Pixels + width - 1) / width);
                IndirectCorrelation<TVec, T>.Run(one, image, own, bias, work->Relu, output, work->Plane,
                    work->Channels, first * width, Math.Min(end * width, one->Pixels), scratch);
            }
            else
            {
                PackedCorrelation<TVec, T>.Run(one, image, own, bias, work->Relu, output, work->Plane, work->Channels,
                    work->Range(part, (one->Pixels + width - 1) / width), scratch);
            }
            weights += (nint)work->Groups * length;
        }
    }
}
