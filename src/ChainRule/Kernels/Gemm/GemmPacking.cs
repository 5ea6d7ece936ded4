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
    // Rows of B lie far apart, which defeats the hardware's prefetcher; 8 rows ahead is enough to hide the L2 cache.
    private const int PrefetchRows = 8;

    /// <summary>target[k * width + j] = B[k, j], columns from <paramref name="columns"/> to width filled with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PanelOfB(Matrix<T> b, nint depth, nint columns, T* target, nint width)
    {
        if (b.Column == 1) Rows(b.Data, b.Row, depth, columns, target, width);
        else
        {
            if (columns < width) ClearColumns(target + columns, depth, width - columns, width);
            if (b.Row == 1) Transposition.Copy(b.Data, b.Column, target, width, columns, depth);
            else Strided(b.Data, b.Row, b.Column, depth, columns, target, width);
        }
    }

    /// <summary>target[k * rows + i] = A[i, k] for the rows of one tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PanelOfA(Matrix<T> a, nint depth, nint rows, T* target)
    {
        if (a.Column == 1) Transposition.Copy(a.Data, a.Row, target, rows, rows, depth);
        else if (a.Row == 1 && rows == 8) Eights(a.Data, a.Column, depth, target);
        else Strided(a.Data, a.Column, a.Row, depth, rows, target, rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows(T* source, nint sourceRow, nint depth, nint columns, T* target, nint width)
    {
        nint whole = columns / TVec.Count * TVec.Count;
        nint ahead = PrefetchRows * sourceRow;
        int line = 64 / sizeof(T);
        for (nint k = 0; k < depth; k++)
        {
            if (Sse.IsSupported)
            {
                for (nint j = 0; j < columns; j += line) Sse.Prefetch0(source + ahead + j);
            }
            nint column = 0;
            for (; column < whole; column += TVec.Count) TVec.Store(target + column, TVec.Load(source + column));
            for (; column < columns; column++) target[column] = source[column];
            for (; column < width; column++) target[column] = default;
            source += sourceRow;
            target += width;
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
