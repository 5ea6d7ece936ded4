using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Gemm;
using ChainRule.Kernels.Scheduling;

namespace ChainRule.Kernels;

/// <summary>
/// The right factor of a product that is formed once every time step, packed once for all of them into the panels that
/// the matrix kernel reads: packing it again each step would cost a quarter of the product.
/// </summary>
/// <param name="depth">Rows of the factor.</param>
/// <param name="columns">Its columns, 1 or more.</param>
internal readonly unsafe struct RecurrentPanels<V, T>(nint depth, nint columns)
    where V : struct, ISimdVec<V, T>
    where T : unmanaged, INumber<T>
{
    private const nint DeepestBlock = 384;

    private readonly nint _vectors = (columns + V.Count - 1) / V.Count;

    /// <summary>Panels of two or three vectors, as even as they can be.</summary>
    public nint Count => (_vectors + 2) / 3;

    /// <summary>Numbers that the packed factor takes.</summary>
    public nint Length => _vectors * V.Count * depth;

    private nint Depth => depth;

    // The chains of sums are cut evenly, by the depth alone.
    private nint DepthBlock
    {
        get
        {
            nint blocks = Math.Max(1, (depth + DeepestBlock - 1) / DeepestBlock);
            return Math.Max(1, (depth + blocks - 1) / blocks);
        }
    }

    /// <summary>First column of a panel; for the number of panels, the end.</summary>
    public nint Start(nint panel) => Math.Min(columns, FirstVector(panel) * V.Count);

    /// <summary>Copies a factor into panels, the panels divided among threads.</summary>
    public void Pack(Matrix<T> source, T* target)
    {
        Packing packing = new() { Panels = this, Source = source, Target = target };
        Scheduler.Current.Run(&PackOne, &packing, (int)Count);
    }

    /// <summary>c += a * factor, or c = a * factor, for the columns of one panel.</summary>
    /// <param name="a">First row of the left factor, its columns adjacent.</param>
    /// <param name="rowA">Distance of its rows.</param>
    /// <param name="packed">The packed factor.</param>
    /// <param name="panel">Which panel.</param>
    /// <param name="c">First element of the result's first row.</param>
    /// <param name="rowC">Distance of its rows.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="accumulate">Add to what the result holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(T* a, nint rowA, T* packed, nint panel, T* c, nint rowC, nint rows, bool accumulate)
    {
        nint first = Start(panel), count = Start(panel + 1) - first;
        nint vectors = FirstVector(panel + 1) - FirstVector(panel);
        nint width = vectors * V.Count, block = DepthBlock;
        T* b = packed + (first * depth);
        GemmTile<T> tile = default;
        for (nint k = 0; k < depth; k += block)
        {
            tile.K = Math.Min(block, depth - k);
            tile.A = a + k;
            tile.RowA = rowA;
            tile.StepA = 1;
            tile.B = b + (k * width);
            tile.StepB = width;
            tile.C = c + first;
            tile.RowC = rowC;
            tile.Accumulate = accumulate || k > 0;
            GemmBlocks<V, T>.Column(&tile, rows, count, Gemm.Gemm.TileRows, packedA: false);
        }
    }

    private nint FirstVector(nint panel)
    {
        (nint each, nint more) = Math.DivRem(_vectors, Count);
        return (panel * each) + Math.Min(panel, more);
    }

    private static void PackOne(void* argument, int panel)
    {
        Packing* p = (Packing*)argument;
        RecurrentPanels<V, T> panels = p->Panels;
        nint first = panels.Start(panel), count = panels.Start(panel + 1) - first;
        nint width = (count + V.Count - 1) / V.Count * V.Count;
        Matrix<T> part = new(p->Source.Data + (first * p->Source.Column), p->Source.Row, p->Source.Column);
        GemmPacking<V, T>.PanelOfB(part, panels.Depth, count, p->Target + (first * panels.Depth), width);
    }

    private struct Packing
    {
        public RecurrentPanels<V, T> Panels;
        public Matrix<T> Source;
        public T* Target;
    }
}
