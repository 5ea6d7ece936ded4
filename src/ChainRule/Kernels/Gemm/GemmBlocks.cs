using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ChainRule.Kernels.Gemm;

/// <summary>The ways to compute a product.</summary>
internal enum GemmForm
{
    /// <summary>Tiles in registers, out of packed panels where that pays.</summary>
    Blocks,

    /// <summary>Dot products, for a few rows and a B whose columns run along k.</summary>
    Dots,

    /// <summary>A sum of B's rows, for a single row.</summary>
    Row,
}

/// <summary>
/// How a product is cut up: from its shape alone, so that sums are formed alike for any number of threads.
/// </summary>
internal struct GemmPlan
{
    public GemmForm Form;

    /// <summary>Rows of a tile: 8 where there are 32 vector registers, else 4.</summary>
    public nint TileRows;

    /// <summary>Length of the partial sums over k that are formed in registers before C is touched.</summary>
    public nint KBlock;

    /// <summary>The most rows whose block of A stays in the L2 cache.</summary>
    public nint MBlock;

    /// <summary>The most columns whose packed panels are kept for the next block of rows.</summary>
    public nint NBlock;
    public bool PackA;
    public bool PackB;
}

/// <summary>
/// The loops around the kernel, after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication"
/// (2008).
/// </summary>
internal static unsafe class GemmBlocks<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    // Lines that a row of a panel covers when it does not begin with one.
    private const int FetchedLines = 4;

    /// <summary>Columns of a tile.</summary>
    public static nint TileColumns => 3 * TVec.Count;

    /// <summary>
    /// Computes rows [m0, m1) and columns [n0, n1) of one item; C has adjacent columns or is written by element.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(GemmProblem<T>* problem, GemmPlan* plan, nint item, nint m0, nint m1, nint n0, nint n1)
    {
        if (plan->Form != GemmForm.Blocks)
        {
            if (plan->Form == GemmForm.Dots) GemmDots<TVec, T>.Run(problem, item, m0, m1, n0, n1);
            else GemmRow<TVec, T>.Run(problem, item, n0, n1);
            return;
        }
        Matrix<T> a = problem->A.At(item), b = problem->B.At(item), c = problem->C.At(item);
        nint depth = problem->K;
        nint mBlock = Gemm.Part(m1 - m0, plan->MBlock, plan->TileRows);
        nint nBlock = Gemm.Part(n1 - n0, plan->NBlock, TileColumns);
        T* packedA = plan->PackA ? Scratch.Rent<T>(ScratchUse.GemmA, mBlock * plan->KBlock) : null;
        T* packedB = null;

        // Panels that only one block of rows reads need no memory of their own: each takes the place of the last.
        bool keepPanels = plan->PackB && m1 - m0 > mBlock;
        if (plan->PackB || (n1 - n0) % TVec.Count != 0)
        {
            packedB = Scratch.Rent<T>(ScratchUse.GemmB, (keepPanels ? nBlock : TileColumns) * plan->KBlock);
        }
        bool copies = plan->PackB && b.Column == 1 && m1 - m0 >= plan->TileRows;

        GemmTile<T> tile = default;
        for (nint n = n0; n < n1; n += nBlock)
        {
            nint nEnd = Math.Min(n + nBlock, n1);
            nint k = 0;
            do
            {
                tile.K = Math.Min(plan->KBlock, depth - k);
                bool last = k + tile.K == depth;
                tile.Accumulate = k > 0 || problem->Accumulate;
                tile.Relu = last && problem->Relu;
                for (nint m = m0; m < m1; m += mBlock)
                {
                    nint mEnd = Math.Min(m + mBlock, m1);
                    if (plan->PackA) PackA(a, m, mEnd, k, tile.K, plan->TileRows, packedA);
                    for (nint j = n; j < nEnd; j += TileColumns)
                    {
                        nint columns = Math.Min(TileColumns, nEnd - j);
                        nint vectors = (columns + TVec.Count - 1) / TVec.Count;
                        bool whole = columns == vectors * TVec.Count;
                        tile.Copy = null;
                        tile.Next = null;
                        if (plan->PackB || !whole)
                        {
                            T* panel = packedB + (keepPanels ? (j - n) * tile.K : 0);
                            Matrix<T> source = new(b.Data + (k * b.Row) + (j * b.Column), b.Row, b.Column);
                            if (m == m0 && copies && columns == TileColumns)
                            {
                                tile.Copy = panel;
                                if (j + TileColumns < nEnd) tile.Next = source.Data + TileColumns;
                                tile.StepNext = b.Row;
                            }
                            else if (m == m0)
                            {
                                nint width = vectors * TVec.Count;
                                GemmPacking<TVec, T>.PanelOfB(source, tile.K, columns, panel, width);
                            }
                            tile.B = tile.Copy != null ? source.Data : panel;
                            tile.StepB = tile.Copy != null ? b.Row : vectors * TVec.Count;
                        }
                        else
                        {
                            tile.B = b.Data + (k * b.Row) + j;
                            tile.StepB = b.Row;
                        }
                        if (plan->PackA)
                        {
                            tile.A = packedA;
                            tile.RowA = 1;
                        }
                        else
                        {
                            tile.A = a.Data + (m * a.Row) + (k * a.Column);
                            tile.RowA = a.Row;
                            tile.StepA = a.Column;
                        }
                        tile.RowBias = last && problem->RowBias != null ? problem->RowBias + m : null;
                        tile.ColumnBias = last && problem->ColumnBias != null ? problem->ColumnBias + j : null;
                        tile.C = c.Data + (m * c.Row) + (j * c.Column);
                        tile.RowC = c.Row;
                        if (c.Column == 1) Column(&tile, mEnd - m, columns, plan->TileRows, plan->PackA);
                        else ColumnByElement(&tile, mEnd - m, columns, c.Column, plan->TileRows, plan->PackA);
                    }
                }
                k += tile.K;
            }
            while (k < depth);
        }
    }

    /// <summary>Runs the kernel down <paramref name="rows"/> rows of one panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Column(GemmTile<T>* tile, nint rows, nint columns, nint tileRows, bool packedA)
    {
        nint vectors = (columns + TVec.Count - 1) / TVec.Count;
        tile->LastColumns = (int)(columns - ((vectors - 1) * TVec.Count));
        bool whole = tile->LastColumns == TVec.Count;
        if (!whole && !Avx.IsSupported)
        {
            ColumnByElement(tile, rows, columns, 1, tileRows, packedA);
            return;
        }
        int fetched = 0;
        while (rows > 0)
        {
            nint count = Math.Min(rows, tileRows);
            if (packedA) tile->StepA = count;
            if (tile->Copy != null)
            {
                CallCopying(tile, count);
            }
            else if (tile->Next != null && count == tileRows && fetched < FetchedLines)
            {
                CallFetching(tile, count);
                fetched++;
            }
            else if (whole)
            {
                if (vectors == 3) Call<N3, NoDuty>(tile, count);
                else if (vectors == 2) Call<N2, NoDuty>(tile, count);
                else Call<N1, NoDuty>(tile, count);
            }
            else if (vectors == 3) Call<N3, EndsPanels>(tile, count);
            else if (vectors == 2) Call<N2, EndsPanels>(tile, count);
            else Call<N1, EndsPanels>(tile, count);
            if (tile->HasEpilogue) GemmEpilogue<TVec, T>.Run(tile, count, vectors);
            tile->A += packedA ? count * tile->K : count * tile->RowA;
            tile->C += count * tile->RowC;
            if (tile->RowBias != null) tile->RowBias += count;
            rows -= count;
        }
    }

    /// <summary>
    /// The same where C's columns are not adjacent, or without masks for a last vector that is not full: through a tile
    /// on the stack.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void ColumnByElement(
        GemmTile<T>* tile, nint rows, nint columns, nint columnC, nint tileRows, bool packedA)
    {
        T* sums = stackalloc T[8 * 3 * 16];
        nint vectors = (columns + TVec.Count - 1) / TVec.Count;
        GemmTile<T> inner = *tile;
        inner.C = sums;
        inner.RowC = vectors * TVec.Count;
        inner.Accumulate = inner.Relu = false;
        inner.RowBias = inner.ColumnBias = null;
        T* c = tile->C;
        for (nint row = 0; row < rows;)
        {
            nint count = Math.Min(rows - row, tileRows);
            if (packedA) inner.StepA = count;
            if (inner.Copy != null) CallCopying(&inner, count);
            else if (vectors == 3) Call<N3, NoDuty>(&inner, count);
            else if (vectors == 2) Call<N2, NoDuty>(&inner, count);
            else Call<N1, NoDuty>(&inner, count);
            inner.A += packedA ? count * inner.K : count * inner.RowA;
            if (columnC == 1) Finish(tile, row, count, sums, inner.RowC, c, columns);
            else FinishStrided(tile, row, count, sums, inner.RowC, c, columnC, columns);
            row += count;
            c += count * tile->RowC;
        }
    }

    // The kernel's last addition and the epilogue on a tile of sums, the same additions in the same order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(GemmTile<T>* tile, nint row, nint rows, T* sums, nint rowSums, T* c, nint columns)
    {
        T* rowBias = tile->RowBias != null ? tile->RowBias + row : null, columnBias = tile->ColumnBias;
        bool accumulate = tile->Accumulate, relu = tile->Relu;
        nint rowC = tile->RowC;
        for (nint j = 0; j < columns; j += TVec.Count)
        {
            int count = (int)Math.Min(TVec.Count, columns - j);
            TVec bias = columnBias != null ? TVec.LoadPartial(columnBias + j, count) : TVec.Zero;
            for (nint i = 0; i < rows; i++)
            {
                T* target = c + (i * rowC) + j;
                TVec value = TVec.Load(sums + (i * rowSums) + j);
                if (accumulate) value += TVec.LoadPartial(target, count);
                if (rowBias != null) value += TVec.Broadcast(rowBias[i]);
                if (columnBias != null) value += bias;
                if (relu) value = TVec.Select(TVec.Less(value, TVec.Zero), TVec.Zero, value);
                TVec.StorePartial(target, value, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FinishStrided(
        GemmTile<T>* tile, nint row, nint rows, T* sums, nint rowSums, T* c, nint columnC, nint columns)
    {
        for (nint i = 0; i < rows; i++)
        {
            for (nint j = 0; j < columns; j++)
            {
                T value = sums[(i * rowSums) + j];
                T* target = c + (i * tile->RowC) + (j * columnC);
                if (tile->Accumulate) value += *target;
                if (tile->RowBias != null) value += tile->RowBias[row + i];
                if (tile->ColumnBias != null) value += tile->ColumnBias[j];
                *target = tile->Relu && value < T.Zero ? T.Zero : value;
            }
        }
    }

    private static void PackA(Matrix<T> a, nint m, nint mEnd, nint k, nint depth, nint tileRows, T* target)
    {
        for (nint i = m; i < mEnd; i += tileRows)
        {
            var panel = new Matrix<T>(a.Data + (i * a.Row) + (k * a.Column), a.Row, a.Column);
            GemmPacking<TVec, T>.PanelOfA(panel, depth, Math.Min(tileRows, mEnd - i), target + ((i - m) * depth));
        }
    }

    // The first tile of a panel reads B where it lies and leaves the panel behind for the tiles below it.
    private static void CallCopying(GemmTile<T>* tile, nint rows)
    {
        if (rows == 8) GemmKernel<TVec, T, N8, N3, CopiesPanel>.Run(tile);
        else GemmKernel<TVec, T, N4, N3, CopiesPanel>.Run(tile);
        tile->B = tile->Copy;
        tile->StepB = TileColumns;
        tile->Copy = null;
    }

    private static void CallFetching(GemmTile<T>* tile, nint rows)
    {
        if (rows == 8) GemmKernel<TVec, T, N8, N3, FetchesPanel>.Run(tile);
        else GemmKernel<TVec, T, N4, N3, FetchesPanel>.Run(tile);
        tile->Next += 64 / sizeof(T);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Call<TVecs, TDuty>(GemmTile<T>* tile, nint rows)
        where TVecs : unmanaged, IConstant
        where TDuty : struct, IPanelDuty
    {
        switch (rows)
        {
            case 8: GemmKernel<TVec, T, N8, TVecs, TDuty>.Run(tile); break;
            case 7: GemmKernel<TVec, T, N7, TVecs, TDuty>.Run(tile); break;
            case 6: GemmKernel<TVec, T, N6, TVecs, TDuty>.Run(tile); break;
            case 5: GemmKernel<TVec, T, N5, TVecs, TDuty>.Run(tile); break;
            case 4: GemmKernel<TVec, T, N4, TVecs, TDuty>.Run(tile); break;
            case 3: GemmKernel<TVec, T, N3, TVecs, TDuty>.Run(tile); break;
            case 2: GemmKernel<TVec, T, N2, TVecs, TDuty>.Run(tile); break;
            default: GemmKernel<TVec, T, N1, TVecs, TDuty>.Run(tile); break;
        }
    }
}
