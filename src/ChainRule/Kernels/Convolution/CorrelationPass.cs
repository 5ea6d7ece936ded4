using System.Numerics;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Convolution;

/// <summary>Runs the correlations of a pass for all images and groups, divided among threads.</summary>
internal static unsafe class CorrelationPass<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
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
        public int Parts;
        public bool Indirect;
    }

    public static void Forward(in ConvolutionShape s, T* x, T* w, T* bias, T* y, bool relu)
    {
        PaddedImage image = CorrelationTables.InputImage(s);
        Correlation* list = CorrelationTables.Forward(s, image, PackedCorrelation<TVec, T>.PanelWidth, TVec.Count);
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
            Indirect = IndirectCorrelation<TVec, T>.Suits(s.OutputPerGroup, s.Depth),
        };
        if (work.Indirect) PackWeights(&work, w, s.WeightLength / s.Groups);
        Run(&work, s.Batch);
    }

    public static void BackwardData(in ConvolutionShape s, T* dy, T* w, T* dx)
    {
        PaddedImage image = CorrelationTables.GradientImage(s);
        Correlation* list = CorrelationTables.BackwardData(
            s, image, PackedCorrelation<TVec, T>.PanelWidth, TVec.Count, out int count);
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
            Indirect = IndirectCorrelation<TVec, T>.Suits(
                s.InputPerGroup, s.OutputPerGroup * s.Kernel.Volume / s.Stride.Volume),
        };
        PackWeights(&work, w, s.WeightLength / s.Groups);
        Run(&work, s.Batch);
    }

    private static int WeightLength(Work* work, int taps) => work->Indirect
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
                if (work->Indirect) IndirectCorrelation<TVec, T>.PackWeights(one, from, work->Channels, target);
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
        int units = checked(batch * work->Groups);
        double operations = (double)units * work->Channels * work->Plane * work->List->Taps;
        bool serial = scheduler.Threads == 1 || operations < 64.0 * 64 * 64;
        int wanted = 2 * scheduler.Threads;
        work->Parts = serial || units >= wanted ? 1 : (wanted + units - 1) / Math.Max(1, units);
        int chunks = checked(units * work->Parts);
        if (serial)
        {
            for (int i = 0; i < chunks; i++) Chunk(work, i);
        }
        else
        {
            scheduler.Run(&Chunk, work, chunks);
        }
    }

    private static void Chunk(void* argument, int chunk)
    {
        var work = (Work*)argument;
        (int unit, int part) = Math.DivRem(chunk, work->Parts);
        int group = unit % work->Groups;
        T* image = Scratch.Rent<T>(ScratchUse.ConvolutionImage, work->Image.Length);
        work->Image.Copy(work->Source + (unit * work->SourceLength), image);

        T* output = work->Output + ((nint)unit * work->Channels * work->Plane);
        T* bias = work->Bias != null ? work->Bias + ((nint)group * work->Channels) : null;
        T* weights = work->Weights;
        int panelWidth = work->Indirect ? 48 : PackedCorrelation<TVec, T>.PanelWidth;
        T* scratch = Scratch.Rent<T>(ScratchUse.ConvolutionPanel, work->Indirect
            ? IndirectCorrelation<TVec, T>.ScratchLength(work->Channels)
            : PackedCorrelation<TVec, T>.ScratchLength(work->Channels));
        for (int i = 0; i < work->Count; i++)
        {
            Correlation* one = work->List + i;
            int length = WeightLength(work, one->Taps);
            int panels = (one->Pixels + panelWidth - 1) / panelWidth;
            int first = (int)((long)panels * part / work->Parts), end = (int)((long)panels * (part + 1) / work->Parts);
            if (work->Indirect)
            {
                IndirectCorrelation<TVec, T>.Run(one, image, weights + ((nint)group * length), bias, work->Relu, output,
                    work->Plane, work->Channels, first * panelWidth, Math.Min(end * panelWidth, one->Pixels), scratch);
            }
            else
            {
                PackedCorrelation<TVec, T>.Run(one, image, weights + ((nint)group * length), bias, work->Relu, output,
                    work->Plane, work->Channels, (first, end), scratch);
            }
            weights += (nint)work->Groups * length;
        }
    }
}
