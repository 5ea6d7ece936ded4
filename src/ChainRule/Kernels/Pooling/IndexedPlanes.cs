using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Pooling;

/// <summary>
/// Numbers taken from named places of contiguous planes, and put back: what every pooling does that keeps some of its
/// numbers. Divided among threads by plane; places of one plane add up in their order.
/// </summary>
internal static unsafe class IndexedPlanes<T>
    where T : unmanaged, INumber<T>
{
    private struct Work
    {
        public T* Whole, Picked;
        public int* Index;
        public nint Inputs, Outputs;
        public int Planes, PlanesPerChunk;
    }

    /// <summary>picked[p, i] = whole[p, index[p, i]]; 0 where the index is negative.</summary>
    public static void Gather(T* whole, int* index, T* picked, int planes, nint inputs, nint outputs) =>
        Run(&GatherChunk, whole, index, picked, planes, inputs, outputs);

    /// <summary>whole = 0, then whole[p, index[p, i]] += picked[p, i]; a negative index adds nothing.</summary>
    public static void Scatter(T* picked, int* index, T* whole, int planes, nint inputs, nint outputs) =>
        Run(&ScatterChunk, whole, index, picked, planes, inputs, outputs);

    private static void Run(
        delegate*<void*, int, void> body, T* whole, int* index, T* picked, int planes, nint inputs, nint outputs)
    {
        const int parallelWork = 64 * 1024, chunkWork = 16 * 1024;
        nint plane = Math.Max(1, Math.Max(inputs, outputs));
        Work work = new()
        {
            Whole = whole,
            Index = index,
            Picked = picked,
            Inputs = inputs,
            Outputs = outputs,
            Planes = planes,
            PlanesPerChunk = (int)Math.Max(1, chunkWork / plane),
        };
        int chunks = (planes + work.PlanesPerChunk - 1) / work.PlanesPerChunk;
        Scheduler scheduler = plane * planes < parallelWork ? SerialScheduler.Instance : Scheduler.Current;
        scheduler.Run(body, &work, chunks);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherChunk(void* argument, int chunk)
    {
        var work = (Work*)argument;
        int first = chunk * work->PlanesPerChunk, end = Math.Min(first + work->PlanesPerChunk, work->Planes);
        nint outputs = work->Outputs;
        for (nint plane = first; plane < end; plane++)
        {
            T* whole = work->Whole + (plane * work->Inputs), picked = work->Picked + (plane * outputs);
            int* index = work->Index + (plane * outputs);
            for (nint i = 0; i < outputs; i++) picked[i] = index[i] >= 0 ? whole[index[i]] : T.Zero;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScatterChunk(void* argument, int chunk)
    {
        var work = (Work*)argument;
        int first = chunk * work->PlanesPerChunk, end = Math.Min(first + work->PlanesPerChunk, work->Planes);
        nint outputs = work->Outputs;
        for (nint plane = first; plane < end; plane++)
        {
            T* whole = work->Whole + (plane * work->Inputs), picked = work->Picked + (plane * outputs);
            int* index = work->Index + (plane * outputs);
            new Span<T>(whole, (int)work->Inputs).Clear();
            for (nint i = 0; i < outputs; i++)
            {
                if (index[i] >= 0) whole[index[i]] += picked[i];
            }
        }
    }
}
