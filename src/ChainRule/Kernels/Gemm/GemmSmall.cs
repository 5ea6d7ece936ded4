using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ChainRule.Kernels.Gemm;

/// <summary>
/// Products so small that planning, packing and a second pass would take longer than the multiply-adds: tiles of 8 rows
/// by one vector with masked ends, bias and ReLU in registers.
/// </summary>
/// <remarks>
/// The layers of a small network are such products: a training step of four of them takes two thirds of the time. An
/// element of C is the same chain of operations as in <see cref="GemmKernel{TVec,T,TRows,TVecs,TDuty}"/>.
/// </remarks>
internal static unsafe class GemmSmall<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    private const int Rows = 8;

    // Of all tiles over k. Beyond, tiles of three vectors make up for what they cost before the first multiply-add.
    private const int MostSteps = 128;

    /// <summary>Whether this is a way to compute the product: from its shape alone.</summary>
    public static bool Takes(in GemmProblem<T> problem) =>
        problem.N <= 2 * TVec.Count && problem.M > 1 && problem.Batch == 1
        && (problem.M + Rows - 1) / Rows * ((problem.N + TVec.Count - 1) / TVec.Count) * problem.K <= MostSteps
        && problem.C.Column == 1 && problem.RowBias == null
        && (problem.B.Column == 1 || problem.B.Row == 1)
        && (Avx.IsSupported || problem.N % TVec.Count == 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in GemmProblem<T> problem)
    {
        nint rows = problem.M, columns = problem.N, stepB = problem.B.Row;
        T* b = problem.B.Data;
        if (problem.B.Column != 1)
        {
            stepB = columns;
            b = Scratch.Rent<T>(ScratchUse.GemmB, problem.K * columns);
            Transposition.Copy(problem.B.Data, problem.B.Column, b, columns, columns, problem.K);
        }
        for (nint n = 0; n < columns; n += TVec.Count)
        {
            int width = (int)Math.Min(TVec.Count, columns - n);
            for (nint m = 0; m < rows; m += Rows) Tile(problem, m, n, Math.Min(Rows, rows - m), width, b + n, stepB);
        }
    }

    // Its first and its last four rows, which overlap where there are fewer than eight: what two of the sums share is
    // the same number, stored twice.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Tile(in GemmProblem<T> problem, nint m, nint n, nint rows, int width, T* b, nint stepB)
    {
        nint upper = Math.Max(0, rows - 4), row = problem.A.Row, stepA = problem.A.Column;
        nint row1 = rows > 1 ? row : 0, row2 = rows > 2 ? 2 * row : row1, row3 = rows > 3 ? 3 * row : row2;
        T* a = problem.A.Data + (m * row), a4 = a + (upper * row);
        TVec c0 = TVec.Zero, c1 = TVec.Zero, c2 = TVec.Zero, c3 = TVec.Zero;
        TVec c4 = TVec.Zero, c5 = TVec.Zero, c6 = TVec.Zero, c7 = TVec.Zero;
        for (nint k = problem.K; k > 0; k--)
        {
            TVec y = TVec.LoadPartial(b, width);
            c0 = TVec.Fma(y, TVec.Broadcast(a[0]), c0);
            c1 = TVec.Fma(y, TVec.Broadcast(a[row1]), c1);
            c2 = TVec.Fma(y, TVec.Broadcast(a[row2]), c2);
            c3 = TVec.Fma(y, TVec.Broadcast(a[row3]), c3);
            c4 = TVec.Fma(y, TVec.Broadcast(a4[0]), c4);
            c5 = TVec.Fma(y, TVec.Broadcast(a4[row1]), c5);
            c6 = TVec.Fma(y, TVec.Broadcast(a4[row2]), c6);
            c7 = TVec.Fma(y, TVec.Broadcast(a4[row3]), c7);
            a += stepA;
            a4 += stepA;
            b += stepB;
        }
        row = problem.C.Row;
        row1 = rows > 1 ? row : 0;
        row2 = rows > 2 ? 2 * row : row1;
        row3 = rows > 3 ? 3 * row : row2;
        T* c = problem.C.Data + (m * row) + n, last = c + (upper * row);
        if (problem.Accumulate)
        {
            c0 += TVec.LoadPartial(c, width);
            c1 += TVec.LoadPartial(c + row1, width);
            c2 += TVec.LoadPartial(c + row2, width);
            c3 += TVec.LoadPartial(c + row3, width);
            c4 += TVec.LoadPartial(last, width);
            c5 += TVec.LoadPartial(last + row1, width);
            c6 += TVec.LoadPartial(last + row2, width);
            c7 += TVec.LoadPartial(last + row3, width);
        }
        TVec bias = problem.ColumnBias != null ? TVec.LoadPartial(problem.ColumnBias + n, width) : TVec.Zero;
        TVec floor = TVec.Const(problem.Relu ? 0 : double.NegativeInfinity);
        Store(c, c0, bias, floor, width);
        Store(c + row1, c1, bias, floor, width);
        Store(c + row2, c2, bias, floor, width);
        Store(c + row3, c3, bias, floor, width);
        Store(last, c4, bias, floor, width);
        Store(last + row1, c5, bias, floor, width);
        Store(last + row2, c6, bias, floor, width);
        Store(last + row3, c7, bias, floor, width);
    }

    // A NaN passes the rectifier: it comes second.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* c, TVec value, TVec bias, TVec floor, int width) =>
        TVec.StorePartial(c, TVec.MaxNative(floor, value + bias), width);
}
