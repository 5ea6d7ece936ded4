using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Convolution;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels.Pooling;

/// <summary>
/// Places of the maxima of the cells of an adaptive pooling. A NaN counts as largest, and the first of equals comes
/// first.
/// </summary>
internal static unsafe class Maxima<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int ParallelWork = 64 * 1024;

    private struct Work
    {
        public T* X;
        public int* Index;
        public Extent Input, Output;
        public int Planes, PlanesPerChunk;
    }

    /// <summary>
    /// Place of the largest number of every cell. Cell i of n along a dimension of size m is [floor(i m / n), ceil((i +
    /// 1) m / n)).
    /// </summary>
    public static void OfCells(T* x, int* index, int planes, Extent input, Extent output)
    {
        int plane = Math.Max(1, Math.Max(input.Volume, output.Volume));
        Work work = new() { X = x, Index = index, Input = input, Output = output, Planes = planes };
        work.PlanesPerChunk = Math.Max(1, 16 * 1024 / plane);
        int chunks = (planes + work.PlanesPerChunk - 1) / work.PlanesPerChunk;
        Scheduler scheduler = (long)plane * planes < ParallelWork ? SerialScheduler.Instance : Scheduler.Current;
        scheduler.Run(&CellsChunk, &work, chunks);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CellsChunk(void* argument, int chunk)
    {
        var work = (Work*)argument;
        Extent i = work->Input, o = work->Output;
        int first = chunk * work->PlanesPerChunk, end = Math.Min(first + work->PlanesPerChunk, work->Planes);
        int* index = work->Index + ((nint)first * o.Volume);
        for (nint plane = first; plane < end; plane++)
        {
            T* x = work->X + (plane * i.Volume);
            foreach (Extent at in o.Positions)
            {
                (int d0, int d1) = Cell(at.D, i.D, o.D);
                (int h0, int h1) = Cell(at.H, i.H, o.H);
                (int w0, int w1) = Cell(at.W, i.W, o.W);
                T best = T.NegativeInfinity;
                int where = -1;
                for (int d = d0; d < d1; d++)
                {
                    for (int h = h0; h < h1; h++)
                    {
                        int row = ((d * i.H) + h) * i.W;
                        for (int w = w0; w < w1; w++)
                        {
                            T value = x[row + w];
                            if (!(value > best || where < 0 || (T.IsNaN(value) && !T.IsNaN(best)))) continue;
                            best = value;
                            where = row + w;
                        }
                    }
                }
                *index++ = where;
            }
        }
    }

    /// <summary>First position and end of a cell.</summary>
    public static (int First, int End) Cell(int cell, int size, int cells) =>
        ((int)((long)cell * size / cells), (int)((((long)cell + 1) * size + cells - 1) / cells));
}
