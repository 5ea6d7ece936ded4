using System.Runtime.CompilerServices;
using ChainRule.Kernels.Gemm;

namespace ChainRule.Kernels.Convolution;

/// <summary>The work of one call of the indirect kernel.</summary>
internal unsafe struct IndirectTile<T>
    where T : unmanaged
{
    public nint K;

    /// <summary>
    /// Element (i, k) of the left operand is Base[Row[i] + Step[k]]: it is read where it lies in the image.
    /// </summary>
    public T* Base;
    public int* Row;
    public int* Step;

    public T* B;
    public nint StepB;

    public T* C;
    public nint RowC;
    public bool Accumulate;
}

/// <summary>
/// The product kernel with its left operand addressed through two tables of offsets: a convolution without packing the
/// image.
/// </summary>
/// <remarks>
/// Forward, rows are pixels, k runs over taps and the vectors are output channels; for the weights' gradient rows are
/// taps, k runs over pixels and the vectors are again output channels. One more load a step than
/// <see cref="GemmKernel{TVec,T,TRows,TVecs,TDuty}"/>.
/// </remarks>
internal static unsafe class IndirectKernel<TVec, T, TRows, TVecs>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged
    where TRows : unmanaged, IConstant
    where TVecs : unmanaged, IConstant
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(IndirectTile<T>* tile)
    {
        TVec c00 = TVec.Zero, c01 = TVec.Zero, c02 = TVec.Zero;
        TVec c10 = TVec.Zero, c11 = TVec.Zero, c12 = TVec.Zero;
        TVec c20 = TVec.Zero, c21 = TVec.Zero, c22 = TVec.Zero;
        TVec c30 = TVec.Zero, c31 = TVec.Zero, c32 = TVec.Zero;
        TVec c40 = TVec.Zero, c41 = TVec.Zero, c42 = TVec.Zero;
        TVec c50 = TVec.Zero, c51 = TVec.Zero, c52 = TVec.Zero;
        TVec c60 = TVec.Zero, c61 = TVec.Zero, c62 = TVec.Zero;
        TVec c70 = TVec.Zero, c71 = TVec.Zero, c72 = TVec.Zero;
        T* a0 = tile->Base + tile->Row[0];
        T* a1 = sizeof(TRows) > 1 ? tile->Base + tile->Row[1] : a0;
        T* a2 = sizeof(TRows) > 2 ? tile->Base + tile->Row[2] : a0;
        T* a3 = sizeof(TRows) > 3 ? tile->Base + tile->Row[3] : a0;
        T* a4 = sizeof(TRows) > 4 ? tile->Base + tile->Row[4] : a0;
        T* a5 = sizeof(TRows) > 5 ? tile->Base + tile->Row[5] : a0;
        T* a6 = sizeof(TRows) > 6 ? tile->Base + tile->Row[6] : a0;
        T* a7 = sizeof(TRows) > 7 ? tile->Base + tile->Row[7] : a0;
        T* b = tile->B;
        nint stepB = tile->StepB;
        int* step = tile->Step, end = step + tile->K;
        for (; step < end; step++)
        {
            nint at = *step;
            TVec b0 = TVec.Load(b);
            TVec b1 = sizeof(TVecs) > 1 ? TVec.Load(b + TVec.Count) : TVec.Zero;
            TVec b2 = sizeof(TVecs) > 2 ? TVec.Load(b + (2 * TVec.Count)) : TVec.Zero;
            TVec x = TVec.Broadcast(a0[at]);
            c00 = TVec.Fma(x, b0, c00);
            if (sizeof(TVecs) > 1) c01 = TVec.Fma(x, b1, c01);
            if (sizeof(TVecs) > 2) c02 = TVec.Fma(x, b2, c02);
            if (sizeof(TRows) > 1)
            {
                x = TVec.Broadcast(a1[at]);
                c10 = TVec.Fma(x, b0, c10);
                if (sizeof(TVecs) > 1) c11 = TVec.Fma(x, b1, c11);
                if (sizeof(TVecs) > 2) c12 = TVec.Fma(x, b2, c12);
            }
            if (sizeof(TRows) > 2)
            {
                x = TVec.Broadcast(a2[at]);
                c20 = TVec.Fma(x, b0, c20);
                if (sizeof(TVecs) > 1) c21 = TVec.Fma(x, b1, c21);
                if (sizeof(TVecs) > 2) c22 = TVec.Fma(x, b2, c22);
            }
            if (sizeof(TRows) > 3)
            {
                x = TVec.Broadcast(a3[at]);
                c30 = TVec.Fma(x, b0, c30);
                if (sizeof(TVecs) > 1) c31 = TVec.Fma(x, b1, c31);
                if (sizeof(TVecs) > 2) c32 = TVec.Fma(x, b2, c32);
            }
            if (sizeof(TRows) > 4)
            {
                x = TVec.Broadcast(a4[at]);
                c40 = TVec.Fma(x, b0, c40);
                if (sizeof(TVecs) > 1) c41 = TVec.Fma(x, b1, c41);
                if (sizeof(TVecs) > 2) c42 = TVec.Fma(x, b2, c42);
            }
            if (sizeof(TRows) > 5)
            {
                x = TVec.Broadcast(a5[at]);
                c50 = TVec.Fma(x, b0, c50);
                if (sizeof(TVecs) > 1) c51 = TVec.Fma(x, b1, c51);
                if (sizeof(TVecs) > 2) c52 = TVec.Fma(x, b2, c52);
            }
            if (sizeof(TRows) > 6)
            {
                x = TVec.Broadcast(a6[at]);
                c60 = TVec.Fma(x, b0, c60);
                if (sizeof(TVecs) > 1) c61 = TVec.Fma(x, b1, c61);
                if (sizeof(TVecs) > 2) c62 = TVec.Fma(x, b2, c62);
            }
            if (sizeof(TRows) > 7)
            {
                x = TVec.Broadcast(a7[at]);
                c70 = TVec.Fma(x, b0, c70);
                if (sizeof(TVecs) > 1) c71 = TVec.Fma(x, b1, c71);
                if (sizeof(TVecs) > 2) c72 = TVec.Fma(x, b2, c72);
            }
            b += stepB;
        }

        T* c = tile->C;
        nint rowC = tile->RowC;
        if (tile->Accumulate)
        {
            Add(c + (0 * rowC), ref c00, ref c01, ref c02);
            if (sizeof(TRows) > 1) Add(c + (1 * rowC), ref c10, ref c11, ref c12);
            if (sizeof(TRows) > 2) Add(c + (2 * rowC), ref c20, ref c21, ref c22);
            if (sizeof(TRows) > 3) Add(c + (3 * rowC), ref c30, ref c31, ref c32);
            if (sizeof(TRows) > 4) Add(c + (4 * rowC), ref c40, ref c41, ref c42);
            if (sizeof(TRows) > 5) Add(c + (5 * rowC), ref c50, ref c51, ref c52);
            if (sizeof(TRows) > 6) Add(c + (6 * rowC), ref c60, ref c61, ref c62);
            if (sizeof(TRows) > 7) Add(c + (7 * rowC), ref c70, ref c71, ref c72);
        }
        Store(c + (0 * rowC), c00, c01, c02);
        if (sizeof(TRows) > 1) Store(c + (1 * rowC), c10, c11, c12);
        if (sizeof(TRows) > 2) Store(c + (2 * rowC), c20, c21, c22);
        if (sizeof(TRows) > 3) Store(c + (3 * rowC), c30, c31, c32);
        if (sizeof(TRows) > 4) Store(c + (4 * rowC), c40, c41, c42);
        if (sizeof(TRows) > 5) Store(c + (5 * rowC), c50, c51, c52);
        if (sizeof(TRows) > 6) Store(c + (6 * rowC), c60, c61, c62);
        if (sizeof(TRows) > 7) Store(c + (7 * rowC), c70, c71, c72);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(T* source, ref TVec v0, ref TVec v1, ref TVec v2)
    {
        v0 += TVec.Load(source);
        if (sizeof(TVecs) > 1) v1 += TVec.Load(source + TVec.Count);
        if (sizeof(TVecs) > 2) v2 += TVec.Load(source + (2 * TVec.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* target, TVec v0, TVec v1, TVec v2)
    {
        TVec.Store(target, v0);
        if (sizeof(TVecs) > 1) TVec.Store(target + TVec.Count, v1);
        if (sizeof(TVecs) > 2) TVec.Store(target + (2 * TVec.Count), v2);
    }
}

/// <summary>Calls the kernel of the right size.</summary>
internal static unsafe class IndirectRows<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged
{
    /// <summary>Computes <paramref name="rows"/> rows of C, a tile at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(IndirectTile<T>* tile, nint rows, nint vectors, nint tileRows)
    {
        while (rows > 0)
        {
            // Tiles as equal as can be: one of a single row would take as long as one of four.
            nint tiles = (rows + tileRows - 1) / tileRows, count = (rows + tiles - 1) / tiles;
            if (vectors == 3) Call<N3>(tile, count);
            else if (vectors == 2) Call<N2>(tile, count);
            else Call<N1>(tile, count);
            tile->Row += count;
            tile->C += count * tile->RowC;
            rows -= count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Call<TVecs>(IndirectTile<T>* tile, nint rows)
        where TVecs : unmanaged, IConstant
    {
        switch (rows)
        {
            case 8: IndirectKernel<TVec, T, N8, TVecs>.Run(tile); break;
            case 7: IndirectKernel<TVec, T, N7, TVecs>.Run(tile); break;
            case 6: IndirectKernel<TVec, T, N6, TVecs>.Run(tile); break;
            case 5: IndirectKernel<TVec, T, N5, TVecs>.Run(tile); break;
            case 4: IndirectKernel<TVec, T, N4, TVecs>.Run(tile); break;
            case 3: IndirectKernel<TVec, T, N3, TVecs>.Run(tile); break;
            case 2: IndirectKernel<TVec, T, N2, TVecs>.Run(tile); break;
            default: IndirectKernel<TVec, T, N1, TVecs>.Run(tile); break;
        }
    }
}
