using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Kernels.Gemm;

/// <summary>
/// Products of a few rows of A with a B whose columns run along k, as dot products: B is read once, where it lies.
/// </summary>
/// <remarks>
/// A Linear layer on a few samples is this product. Transposing B into panels would cost more than the product itself
/// below about ten rows.
/// </remarks>
internal static unsafe class GemmDots<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    private const int Columns = 4;

    /// <summary>Computes rows [m0, m1) and columns [n0, n1) of one item; B is adjacent along k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Run(GemmProblem<T>* problem, nint item, nint m0, nint m1, nint n0, nint n1)
    {
        Matrix<T> a = problem->A.At(item), b = problem->B.At(item), c = problem->C.At(item);
        T* spare = stackalloc T[4 * Columns];
        T** columns = stackalloc T*[Columns];
        bool more = problem->Relu || problem->RowBias != null || problem->ColumnBias != null;

        // Sums go straight to their rows, and what follows them is one pass over these, unless C is written by element
        // or holds something to add.
        bool direct = c.Column == 1 && !problem->Accumulate;
        bool byElement = !direct && (more || problem->Accumulate);

        // Sixteen sums in registers, or half of them where there are only sixteen registers.
        nint mostRows = Gemm.TileRows / 2;
        if (a.Column != 1) a = Gathered(a, m1, problem->K);
        for (nint n = n0; n < n1; n += Columns)
        {
            nint width = Math.Min(Columns, n1 - n);
            for (nint j = 0; j < Columns; j++) columns[j] = b.Data + ((n + Math.Min(j, width - 1)) * b.Column);
            bool whole = direct && width == Columns;
            nint rowSums = whole ? c.Row : Columns;
            for (nint m = m0; m < m1; m += mostRows)
            {
                nint height = Math.Min(mostRows, m1 - m);
                T* first = a.Data + (m * a.Row), target = c.Data + (m * c.Row) + (n * c.Column);
                T* sums = whole ? target : spare;
                switch (height)
                {
                    case 4: Tile<N4>(problem->K, first, a.Row, columns, sums, rowSums); break;
                    case 3: Tile<N3>(problem->K, first, a.Row, columns, sums, rowSums); break;
                    case 2: Tile<N2>(problem->K, first, a.Row, columns, sums, rowSums); break;
                    default: Tile<N1>(problem->K, first, a.Row, columns, sums, rowSums); break;
                }
                if (whole) continue;
                for (nint i = 0; i < height; i++)
                {
                    T* row = spare + (i * Columns);
                    if (byElement) Finish(problem, m + i, n, width, row, target, c.Column);
                    for (nint j = 0; j < width; j++) target[j * c.Column] = row[j];
                    target += c.Row;
                }
            }
        }
        if (direct && more) FinishRows(problem, c, m0, m1, n0, n1);
    }

    private static void FinishRows(GemmProblem<T>* problem, in Matrix<T> c, nint m0, nint m1, nint n0, nint n1)
    {
        nint vectors = (n1 - n0 + TVec.Count - 1) / TVec.Count;
        GemmTile<T> tile = new()
        {
            C = c.Data + (m0 * c.Row) + n0,
            RowC = c.Row,
            LastColumns = (int)(n1 - n0 - ((vectors - 1) * TVec.Count)),
            RowBias = problem->RowBias == null ? null : problem->RowBias + m0,
            ColumnBias = problem->ColumnBias == null ? null : problem->ColumnBias + n0,
            Relu = problem->Relu,
        };
        GemmEpilogue<TVec, T>.Run(&tile, m1 - m0, vectors);
    }

    // The additions of the other forms in their order.
    private static void Finish(
        GemmProblem<T>* problem, nint m, nint n, nint width, T* sums, T* c, nint columnC)
    {
        for (nint j = 0; j < width; j++)
        {
            T value = sums[j];
            if (problem->Accumulate) value += c[j * columnC];
            if (problem->RowBias != null) value += problem->RowBias[m];
            if (problem->ColumnBias != null) value += problem->ColumnBias[n + j];
            sums[j] = problem->Relu && value < T.Zero ? T.Zero : value;
        }
    }

    private static Matrix<T> Gathered(Matrix<T> a, nint rows, nint depth)
    {
        T* copy = Scratch.Rent<T>(ScratchUse.GemmA, rows * depth);
        if (a.Row == 1)
        {
            Transposition.Copy(a.Data, a.Column, copy, depth, depth, rows);
        }
        else
        {
            for (nint i = 0; i < rows; i++)
            {
                for (nint k = 0; k < depth; k++) copy[(i * depth) + k] = a.Data[(i * a.Row) + (k * a.Column)];
            }
        }
        return new Matrix<T>(copy, depth);
    }

    // One chain of multiply-adds a lane and sum, whatever the tile.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TRows>(nint depth, T* a, nint rowA, T** columns, T* sums, nint rowSums)
        where TRows : unmanaged, IConstant
    {
        TVec c00 = TVec.Zero, c01 = TVec.Zero, c02 = TVec.Zero, c03 = TVec.Zero;
        TVec c10 = TVec.Zero, c11 = TVec.Zero, c12 = TVec.Zero, c13 = TVec.Zero;
        TVec c20 = TVec.Zero, c21 = TVec.Zero, c22 = TVec.Zero, c23 = TVec.Zero;
        TVec c30 = TVec.Zero, c31 = TVec.Zero, c32 = TVec.Zero, c33 = TVec.Zero;
        T* a0 = a, a1 = a + rowA, a2 = a + (2 * rowA), a3 = a + (3 * rowA);
        T* b0 = columns[0], b1 = columns[1], b2 = columns[2], b3 = columns[3];
        nint k = 0;
        while (true)
        {
            nint left = depth - k;
            if (left <= 0) break;
            TVec v0, v1, v2, v3, x0, x1 = TVec.Zero, x2 = TVec.Zero, x3 = TVec.Zero;
            if (left >= TVec.Count)
            {
                v0 = TVec.Load(b0 + k);
                v1 = TVec.Load(b1 + k);
                v2 = TVec.Load(b2 + k);
                v3 = TVec.Load(b3 + k);
                x0 = TVec.Load(a0 + k);
                if (sizeof(TRows) > 1) x1 = TVec.Load(a1 + k);
                if (sizeof(TRows) > 2) x2 = TVec.Load(a2 + k);
                if (sizeof(TRows) > 3) x3 = TVec.Load(a3 + k);
            }
            else
            {
                int count = (int)left;
                v0 = TVec.LoadPartial(b0 + k, count);
                v1 = TVec.LoadPartial(b1 + k, count);
                v2 = TVec.LoadPartial(b2 + k, count);
                v3 = TVec.LoadPartial(b3 + k, count);
                x0 = TVec.LoadPartial(a0 + k, count);
                if (sizeof(TRows) > 1) x1 = TVec.LoadPartial(a1 + k, count);
                if (sizeof(TRows) > 2) x2 = TVec.LoadPartial(a2 + k, count);
                if (sizeof(TRows) > 3) x3 = TVec.LoadPartial(a3 + k, count);
            }
            c00 = TVec.Fma(x0, v0, c00);
            c01 = TVec.Fma(x0, v1, c01);
            c02 = TVec.Fma(x0, v2, c02);
            c03 = TVec.Fma(x0, v3, c03);
            if (sizeof(TRows) > 1)
            {
                c10 = TVec.Fma(x1, v0, c10);
                c11 = TVec.Fma(x1, v1, c11);
                c12 = TVec.Fma(x1, v2, c12);
                c13 = TVec.Fma(x1, v3, c13);
            }
            if (sizeof(TRows) > 2)
            {
                c20 = TVec.Fma(x2, v0, c20);
                c21 = TVec.Fma(x2, v1, c21);
                c22 = TVec.Fma(x2, v2, c22);
                c23 = TVec.Fma(x2, v3, c23);
            }
            if (sizeof(TRows) > 3)
            {
                c30 = TVec.Fma(x3, v0, c30);
                c31 = TVec.Fma(x3, v1, c31);
                c32 = TVec.Fma(x3, v2, c32);
                c33 = TVec.Fma(x3, v3, c33);
            }
            k += TVec.Count;
        }
        TVec.Sums(c00, c01, c02, c03, sums);
        if (sizeof(TRows) > 1) TVec.Sums(c10, c11, c12, c13, sums + rowSums);
        if (sizeof(TRows) > 2) TVec.Sums(c20, c21, c22, c23, sums + (2 * rowSums));
        if (sizeof(TRows) > 3) TVec.Sums(c30, c31, c32, c33, sums + (3 * rowSums));
    }
}
