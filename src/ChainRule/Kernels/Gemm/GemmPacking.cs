using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ChainRule.Kernels.Gemm;

/// <summary>
/// Copies blocks of the operands into the order in which the kernel reads them: one stream of whole cache lines.
/// </summary>
internal static unsafe class GemmPacking<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged
{
    // Rows of B lie far apart: the hardware's prefetcher does not foresee the step from one to the next.
    private const int PrefetchRows = 2;

    /// <summary>
    /// target[k * width + j] = B[k, j], columns from <paramref name="columns"/> to width filled with zeros.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PanelOfB(Matrix<T> b, nint depth, nint columns, T* target, nint width)
    {
        if (b.Column == 1)
        {
            RowsOfB(b, depth, columns, target, width);
            return;
        }
        if (columns < width) ClearColumns(target + columns, depth, width - columns, width);
        if (b.Row == 1) Transposition.Copy(b.Data, b.Column, target, width, columns, depth);
        else Strided(b.Data, b.Row, b.Column, depth, columns, target, width);
    }

    /// <summary>target[k * rows + i] = A[i, k] for the rows of one tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PanelOfA(Matrix<T> a, nint depth, nint rows, T* target)
    {
        if (a.Column == 1) Transposition.Copy(a.Data, a.Row, target, rows, rows, depth);
        else if (a.Row == 1 && rows == 8) Eights(a.Data, a.Column, depth, target);
        else Strided(a.Data, a.Column, a.Row, depth, rows, target, rows);
    }

    /// <summary>
    /// All panels of a block of B whose columns are adjacent, row by row: a row is one stream for the prefetcher and
    /// one page,
    /// where a panel would touch a new page for every 192 bytes (a quarter of the time of a product with 50 rows).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RowsOfB(Matrix<T> b, nint depth, nint columns, T* target, nint panelColumns)
    {
        int line = 64 / sizeof(T);
        for (nint k = 0; k < depth; k++)
        {
            T* source = b.Data + (k * b.Row);
            if (Sse.IsSupported && k + PrefetchRows < depth)
            {
                T* ahead = source + (PrefetchRows * b.Row);
                for (nint j = 0; j < columns; j += line) Sse.Prefetch0(ahead + j);
            }
            for (nint j = 0; j < columns; j += panelColumns)
            {
                nint count = Math.Min(panelColumns, columns - j);
                nint width = (count + TVec.Count - 1) / TVec.Count * TVec.Count;
                T* to = target + (j * depth) + (k * width);
                nint column = 0;
                for (; column <= count - TVec.Count; column += TVec.Count)
                    TVec.Store(to + column, TVec.Load(source + j + column));
                if (column < count)
                    TVec.Store(to + column, TVec.LoadPartial(source + j + column, (int)(count - column)));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eights(T* source, nint step, nint depth, T* target)
    {
        for (nint k = 0; k < depth; k++)
        {
            ((Eight*)target)[k] = *(Eight*)source;
            source += step;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strided(T* source, nint step, nint across, nint depth, nint count, T* target, nint width)
    {
        for (nint k = 0; k < depth; k++)
        {
            for (nint j = 0; j < count; j++) target[j] = source[j * across];
            source += step;
            target += width;
        }
    }

    private static void ClearColumns(T* target, nint depth, nint columns, nint width)
    {
        for (nint k = 0; k < depth; k++) new Span<T>(target + (k * width), (int)columns).Clear();
    }

    // Copied as one value, this becomes one or two vector moves.
    private struct Eight
    {
#pragma warning disable CS0169, IDE0051 // Fields exist for their size.
        private T a, b, c, d, e, f, g, h;
#pragma warning restore CS0169, IDE0051
    }
}
