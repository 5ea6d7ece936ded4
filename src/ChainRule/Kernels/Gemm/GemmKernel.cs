using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ChainRule.Kernels.Gemm;

/// <summary>
/// A number known to the compiler: the size of a type that is never made. Each instance of a generic method gets code
/// of its own, and as <c>sizeof</c> is a number before anything is inlined, what is not for this number costs no time
/// to compile (with a property it would: 50 ms more to the first step of a CNN).
/// </summary>
internal interface IConstant;

[StructLayout(LayoutKind.Sequential, Size = 1)]
internal readonly struct N1 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 2)]
internal readonly struct N2 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 3)]
internal readonly struct N3 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 4)]
internal readonly struct N4 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 5)]
internal readonly struct N5 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 6)]
internal readonly struct N6 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 7)]
internal readonly struct N7 : IConstant;

[StructLayout(LayoutKind.Sequential, Size = 8)]
internal readonly struct N8 : IConstant;

/// <summary>
/// What a kernel does for panels of B besides multiplying; told apart by <c>typeof</c>, for the same reason.
/// </summary>
internal interface IPanelDuty;

/// <summary>Multiplies only.</summary>
internal readonly struct NoDuty : IPanelDuty;

/// <summary>Writes B, which it reads where it lies, as the packed panel that the tiles below read.</summary>
internal readonly struct CopiesPanel : IPanelDuty;

/// <summary>Asks for a line of each row of the panel to come.</summary>
internal readonly struct FetchesPanel : IPanelDuty;

/// <summary>Its last vector has fewer columns in C than lanes.</summary>
internal readonly struct EndsPanels : IPanelDuty;

/// <summary>The work of one micro-kernel call. Reused from call to call: only what changes is written.</summary>
internal unsafe struct GemmTile<T>
    where T : unmanaged
{
    public nint K;

    /// <summary>First element of A, the step to the next row and the step to the next k: any layout will do.</summary>
    public T* A;
    public nint RowA;
    public nint StepA;

    /// <summary>First element of B and the step to the next k. Columns are adjacent.</summary>
    public T* B;
    public nint StepB;

    /// <summary>Where a copying kernel leaves its panel of B, or null.</summary>
    public T* Copy;

    /// <summary>A line to fetch of the first row of the panel to come, or null, and the step to the next row.</summary>
    public T* Next;
    public nint StepNext;

    /// <summary>First element of C and the step to the next row. Columns are adjacent.</summary>
    public T* C;
    public nint RowC;

    /// <summary>Columns of C in the panel's last vector.</summary>
    public int LastColumns;

    public T* RowBias;
    public T* ColumnBias;
    public bool Accumulate;
    public bool Relu;

    public readonly bool HasEpilogue => Relu || RowBias != null || ColumnBias != null;
}

/// <summary>
/// The inner loop of every product: a tile of up to 8 rows by up to 3 vectors of C stays in registers while k runs.
/// </summary>
/// <remarks>
/// 8 x 3 vectors take 24 accumulators, 3 vectors of B and one broadcast of A: 28 of 32 registers, 11 loads for 24
/// multiply-adds, the best ratio of all shapes measured. Each element of C is one chain of multiply-adds over k in
/// order,
/// whatever the tile it falls into, so that tiling and threads do not change a bit.
/// </remarks>
internal static unsafe class GemmKernel<TVec, T, TRows, TVecs, TDuty>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged
    where TRows : unmanaged, IConstant
    where TVecs : unmanaged, IConstant
    where TDuty : struct, IPanelDuty
{
    // Rows of B lie far apart, often a page each: only asking early hides their latency.
    private const int RowsAhead = 16;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(GemmTile<T>* tile)
    {
        Prefetch(tile->C, tile->RowC);
        TVec c00 = TVec.Zero, c01 = TVec.Zero, c02 = TVec.Zero;
        TVec c10 = TVec.Zero, c11 = TVec.Zero, c12 = TVec.Zero;
        TVec c20 = TVec.Zero, c21 = TVec.Zero, c22 = TVec.Zero;
        TVec c30 = TVec.Zero, c31 = TVec.Zero, c32 = TVec.Zero;
        TVec c40 = TVec.Zero, c41 = TVec.Zero, c42 = TVec.Zero;
        TVec c50 = TVec.Zero, c51 = TVec.Zero, c52 = TVec.Zero;
        TVec c60 = TVec.Zero, c61 = TVec.Zero, c62 = TVec.Zero;
        TVec c70 = TVec.Zero, c71 = TVec.Zero, c72 = TVec.Zero;

        // Two bases and three row offsets reach eight rows.
        T* a = tile->A, b = tile->B;
        nint row1 = tile->RowA, row2 = 2 * row1, row3 = 3 * row1;
        T* a4 = a + (4 * row1);
        nint stepA = tile->StepA, stepB = tile->StepB;
        T* copy = tile->Copy, next = tile->Next;
        nint ahead = typeof(TDuty) == typeof(CopiesPanel) ? RowsAhead * stepB
            : typeof(TDuty) == typeof(FetchesPanel) ? tile->StepNext : 0;
        for (nint k = tile->K; k > 0; k--)
        {
            TVec b0 = TVec.Load(b);
            TVec b1 = sizeof(TVecs) > 1 ? TVec.Load(b + TVec.Count) : TVec.Zero;
            TVec b2 = sizeof(TVecs) > 2 ? TVec.Load(b + (2 * TVec.Count)) : TVec.Zero;
            if (typeof(TDuty) == typeof(CopiesPanel))
            {
                if (Sse.IsSupported)
                {
                    // The fourth line is there where rows do not begin with a line: without it, a fifth of the speed.
                    Sse.Prefetch0(b + ahead);
                    Sse.Prefetch0(b + ahead + TVec.Count);
                    Sse.Prefetch0(b + ahead + (2 * TVec.Count));
                    Sse.Prefetch0(b + ahead + (3 * TVec.Count));
                }
                TVec.Store(copy, b0);
                TVec.Store(copy + TVec.Count, b1);
                TVec.Store(copy + (2 * TVec.Count), b2);
                copy += 3 * TVec.Count;
            }
            if (typeof(TDuty) == typeof(FetchesPanel))
            {
                if (Sse.IsSupported) Sse.Prefetch1(next);
                next += ahead;
            }
            TVec x = TVec.Broadcast(a[0]);
            c00 = TVec.Fma(x, b0, c00);
            if (sizeof(TVecs) > 1) c01 = TVec.Fma(x, b1, c01);
            if (sizeof(TVecs) > 2) c02 = TVec.Fma(x, b2, c02);
            if (sizeof(TRows) > 1)
            {
                x = TVec.Broadcast(a[row1]);
                c10 = TVec.Fma(x, b0, c10);
                if (sizeof(TVecs) > 1) c11 = TVec.Fma(x, b1, c11);
                if (sizeof(TVecs) > 2) c12 = TVec.Fma(x, b2, c12);
            }
            if (sizeof(TRows) > 2)
            {
                x = TVec.Broadcast(a[row2]);
                c20 = TVec.Fma(x, b0, c20);
                if (sizeof(TVecs) > 1) c21 = TVec.Fma(x, b1, c21);
                if (sizeof(TVecs) > 2) c22 = TVec.Fma(x, b2, c22);
            }
            if (sizeof(TRows) > 3)
            {
                x = TVec.Broadcast(a[row3]);
                c30 = TVec.Fma(x, b0, c30);
                if (sizeof(TVecs) > 1) c31 = TVec.Fma(x, b1, c31);
                if (sizeof(TVecs) > 2) c32 = TVec.Fma(x, b2, c32);
            }
            if (sizeof(TRows) > 4)
            {
                x = TVec.Broadcast(a4[0]);
                c40 = TVec.Fma(x, b0, c40);
                if (sizeof(TVecs) > 1) c41 = TVec.Fma(x, b1, c41);
                if (sizeof(TVecs) > 2) c42 = TVec.Fma(x, b2, c42);
            }
            if (sizeof(TRows) > 5)
            {
                x = TVec.Broadcast(a4[row1]);
                c50 = TVec.Fma(x, b0, c50);
                if (sizeof(TVecs) > 1) c51 = TVec.Fma(x, b1, c51);
                if (sizeof(TVecs) > 2) c52 = TVec.Fma(x, b2, c52);
            }
            if (sizeof(TRows) > 6)
            {
                x = TVec.Broadcast(a4[row2]);
                c60 = TVec.Fma(x, b0, c60);
                if (sizeof(TVecs) > 1) c61 = TVec.Fma(x, b1, c61);
                if (sizeof(TVecs) > 2) c62 = TVec.Fma(x, b2, c62);
            }
            if (sizeof(TRows) > 7)
            {
                x = TVec.Broadcast(a4[row3]);
                c70 = TVec.Fma(x, b0, c70);
                if (sizeof(TVecs) > 1) c71 = TVec.Fma(x, b1, c71);
                if (sizeof(TVecs) > 2) c72 = TVec.Fma(x, b2, c72);
            }
            a += stepA;
            a4 += stepA;
            b += stepB;
        }

        // No more than this: with biases and ReLU here too, the register allocator gives up and spills the accumulators
        // inside
        // the loop above (a third of the speed). GemmEpilogue applies them while the tile is in the L1 cache.
        T* c = tile->C;
        nint rowC = tile->RowC;
        int last = typeof(TDuty) == typeof(EndsPanels) ? tile->LastColumns : 0;
        if (tile->Accumulate)
        {
            Add(c + (0 * rowC), ref c00, ref c01, ref c02, last);
            if (sizeof(TRows) > 1) Add(c + (1 * rowC), ref c10, ref c11, ref c12, last);
            if (sizeof(TRows) > 2) Add(c + (2 * rowC), ref c20, ref c21, ref c22, last);
            if (sizeof(TRows) > 3) Add(c + (3 * rowC), ref c30, ref c31, ref c32, last);
            if (sizeof(TRows) > 4) Add(c + (4 * rowC), ref c40, ref c41, ref c42, last);
            if (sizeof(TRows) > 5) Add(c + (5 * rowC), ref c50, ref c51, ref c52, last);
            if (sizeof(TRows) > 6) Add(c + (6 * rowC), ref c60, ref c61, ref c62, last);
            if (sizeof(TRows) > 7) Add(c + (7 * rowC), ref c70, ref c71, ref c72, last);
        }
        Store(c + (0 * rowC), c00, c01, c02, last);
        if (sizeof(TRows) > 1) Store(c + (1 * rowC), c10, c11, c12, last);
        if (sizeof(TRows) > 2) Store(c + (2 * rowC), c20, c21, c22, last);
        if (sizeof(TRows) > 3) Store(c + (3 * rowC), c30, c31, c32, last);
        if (sizeof(TRows) > 4) Store(c + (4 * rowC), c40, c41, c42, last);
        if (sizeof(TRows) > 5) Store(c + (5 * rowC), c50, c51, c52, last);
        if (sizeof(TRows) > 6) Store(c + (6 * rowC), c60, c61, c62, last);
        if (sizeof(TRows) > 7) Store(c + (7 * rowC), c70, c71, c72, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(T* source, ref TVec v0, ref TVec v1, ref TVec v2, int last)
    {
        v0 += sizeof(TVecs) == 1 ? Last(source, last) : TVec.Load(source);
        if (sizeof(TVecs) == 2) v1 += Last(source + TVec.Count, last);
        if (sizeof(TVecs) > 2) v1 += TVec.Load(source + TVec.Count);
        if (sizeof(TVecs) > 2) v2 += Last(source + (2 * TVec.Count), last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec Last(T* source, int last) =>
        typeof(TDuty) == typeof(EndsPanels) ? TVec.LoadPartial(source, last) : TVec.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, TVec v0, TVec v1, TVec v2, int last)
    {
        if (sizeof(TVecs) == 1) Last(target, v0, last);
        if (sizeof(TVecs) > 1) TVec.Store(target, v0);
        if (sizeof(TVecs) == 2) Last(target + TVec.Count, v1, last);
        if (sizeof(TVecs) > 2) TVec.Store(target + TVec.Count, v1);
        if (sizeof(TVecs) > 2) Last(target + (2 * TVec.Count), v2, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Last(T* target, TVec value, int last)
    {
        if (typeof(TDuty) == typeof(EndsPanels)) TVec.StorePartial(target, value, last);
        else TVec.Store(target, value);
    }

    /// <summary>
    /// Asks for the lines of C while the loop has the memory ports to itself: 8 to 20 % beyond the L2 cache.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(T* c, nint rowC)
    {
        if (!Sse.IsSupported) return;
        int line = 64 / sizeof(T);
        for (nint row = 0; row < sizeof(TRows); row++)
        {
            Sse.Prefetch0(c);
            if (sizeof(TVecs) * TVec.Count > line) Sse.Prefetch0(c + line);
            if (sizeof(TVecs) * TVec.Count > 2 * line) Sse.Prefetch0(c + (2 * line));
            c += rowC;
        }
    }
}
