using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Kernels.Gemm;

/// <summary>
/// One row times a B whose rows are adjacent: multiples of B's rows are added up, eight at a time, each read from end
/// to end.
/// </summary>
internal static unsafe class GemmRow<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    // Of C: what eight rows of B are added to stays in the L1 cache.
    private const int BlockBytes = 16 * 1024;

    /// <summary>Computes columns [n0, n1) of the only row of one item; columns of B and C are adjacent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(GemmProblem<T>* problem, nint item, nint n0, nint n1)
    {
        Matrix<T> a = problem->A.At(item), b = problem->B.At(item), c = problem->C.At(item);
        nint depth = problem->K, stepA = a.Column;
        for (nint n = n0; n < n1; n += BlockBytes / sizeof(T))
        {
            nint columns = Math.Min(BlockBytes / sizeof(T), n1 - n);
            T* target = c.Data + (n * c.Column), source = b.Data + (n * b.Column), x = a.Data;
            if (!problem->Accumulate) new Span<T>(target, (int)columns).Clear();
            nint k = 0;
            for (; k <= depth - 8; k += 8)
            {
                Eight(x, stepA, source, b.Row, target, columns);
                x += 8 * stepA;
                source += 8 * b.Row;
            }
            for (; k < depth; k++)
            {
                One(*x, source, target, columns);
                x += stepA;
                source += b.Row;
            }
            Finish(problem, n, target, columns);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Eight(T* x, nint stepX, T* b, nint rowB, T* target, nint columns)
    {
        TVec x0 = TVec.Broadcast(x[0]), x1 = TVec.Broadcast(x[stepX]);
        TVec x2 = TVec.Broadcast(x[2 * stepX]), x3 = TVec.Broadcast(x[3 * stepX]);
        TVec x4 = TVec.Broadcast(x[4 * stepX]), x5 = TVec.Broadcast(x[5 * stepX]);
        TVec x6 = TVec.Broadcast(x[6 * stepX]), x7 = TVec.Broadcast(x[7 * stepX]);
        T* b4 = b + (4 * rowB);
        nint row2 = 2 * rowB, row3 = 3 * rowB, j = 0;
        for (; j <= columns - TVec.Count; j += TVec.Count)
        {
            TVec sum = TVec.Fma(x0, TVec.Load(b), TVec.Load(target + j));
            sum = TVec.Fma(x1, TVec.Load(b + rowB), sum);
            sum = TVec.Fma(x2, TVec.Load(b + row2), sum);
            sum = TVec.Fma(x3, TVec.Load(b + row3), sum);
            sum = TVec.Fma(x4, TVec.Load(b4), sum);
            sum = TVec.Fma(x5, TVec.Load(b4 + rowB), sum);
            sum = TVec.Fma(x6, TVec.Load(b4 + row2), sum);
            sum = TVec.Fma(x7, TVec.Load(b4 + row3), sum);
            TVec.Store(target + j, sum);
            b += TVec.Count;
            b4 += TVec.Count;
        }
        int left = (int)(columns - j);
        if (left == 0) return;
        TVec last = TVec.Fma(x0, TVec.LoadPartial(b, left), TVec.LoadPartial(target + j, left));
        last = TVec.Fma(x1, TVec.LoadPartial(b + rowB, left), last);
        last = TVec.Fma(x2, TVec.LoadPartial(b + row2, left), last);
        last = TVec.Fma(x3, TVec.LoadPartial(b + row3, left), last);
        last = TVec.Fma(x4, TVec.LoadPartial(b4, left), last);
        last = TVec.Fma(x5, TVec.LoadPartial(b4 + rowB, left), last);
        last = TVec.Fma(x6, TVec.LoadPartial(b4 + row2, left), last);
        last = TVec.Fma(x7, TVec.LoadPartial(b4 + row3, left), last);
        TVec.StorePartial(target + j, last, left);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void One(T x, T* b, T* target, nint columns)
    {
        TVec factor = TVec.Broadcast(x);
        nint j = 0;
        for (; j <= columns - TVec.Count; j += TVec.Count)
            TVec.Store(target + j, TVec.Fma(factor, TVec.Load(b + j), TVec.Load(target + j)));
        int left = (int)(columns - j);
        if (left == 0) return;
        TVec last = TVec.Fma(factor, TVec.LoadPartial(b + j, left), TVec.LoadPartial(target + j, left));
        TVec.StorePartial(target + j, last, left);
    }

    private static void Finish(GemmProblem<T>* problem, nint n, T* target, nint columns)
    {
        if (problem->RowBias == null && problem->ColumnBias == null && !problem->Relu) return;
        for (nint j = 0; j < columns; j++)
        {
            T value = target[j];
            if (problem->RowBias != null) value += problem->RowBias[0];
            if (problem->ColumnBias != null) value += problem->ColumnBias[n + j];
            target[j] = problem->Relu && value < T.Zero ? T.Zero : value;
        }
    }
}
