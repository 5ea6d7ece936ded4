using System.Runtime.CompilerServices;
using ChainRule.Kernels.Gemm;

namespace ChainRule.Kernels.Convolution;

/// <summary>The work of one call of the kernel.</summary>
internal unsafe struct LaneRowsTile<T>
    where T : unmanaged
{
    /// <summary>First pixel of the first window, one column of the kernel in.</summary>
    public T* Image;
    public nint ImageRow;
    public T* Gradient;
    public nint GradientRow;

    /// <summary>Rows of the gradient, and how many columns of the vector exist.</summary>
    public nint Height;
    public int Count;

    /// <summary>Vectors of sums, and the steps from row to row and from column to column of the kernel.</summary>
    public T* Sums;
    public nint SumRow;
    public nint SumColumn;
    public bool Accumulate;
}

/// <summary>
/// Lanes of the weights' gradient for all 3 or 5 rows of a kernel and up to 3 of its columns: each row of the image and
/// of the gradient is read once and meets all rows of the kernel in registers.
/// </summary>
internal static unsafe class LaneRowsKernel<TVec, T, TKernel, TColumns>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged
    where TKernel : unmanaged, IConstant
    where TColumns : unmanaged, IConstant
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(LaneRowsTile<T>* tile)
    {
        TVec a00 = TVec.Zero, a01 = TVec.Zero, a02 = TVec.Zero;
        TVec a10 = TVec.Zero, a11 = TVec.Zero, a12 = TVec.Zero;
        TVec a20 = TVec.Zero, a21 = TVec.Zero, a22 = TVec.Zero;
        TVec a30 = TVec.Zero, a31 = TVec.Zero, a32 = TVec.Zero;
        TVec a40 = TVec.Zero, a41 = TVec.Zero, a42 = TVec.Zero;
        T* sums = tile->Sums;
        nint row = tile->SumRow, column = tile->SumColumn;
        if (tile->Accumulate)
        {
            a00 = TVec.Load(sums + (0 * row) + (0 * column));
            if (sizeof(TColumns) > 1) a01 = TVec.Load(sums + (0 * row) + (1 * column));
            if (sizeof(TColumns) > 2) a02 = TVec.Load(sums + (0 * row) + (2 * column));
            a10 = TVec.Load(sums + (1 * row) + (0 * column));
            if (sizeof(TColumns) > 1) a11 = TVec.Load(sums + (1 * row) + (1 * column));
            if (sizeof(TColumns) > 2) a12 = TVec.Load(sums + (1 * row) + (2 * column));
            a20 = TVec.Load(sums + (2 * row) + (0 * column));
            if (sizeof(TColumns) > 1) a21 = TVec.Load(sums + (2 * row) + (1 * column));
            if (sizeof(TColumns) > 2) a22 = TVec.Load(sums + (2 * row) + (2 * column));
            if (sizeof(TKernel) > 3) a30 = TVec.Load(sums + (3 * row) + (0 * column));
            if (sizeof(TKernel) > 3 && sizeof(TColumns) > 1) a31 = TVec.Load(sums + (3 * row) + (1 * column));
            if (sizeof(TKernel) > 3 && sizeof(TColumns) > 2) a32 = TVec.Load(sums + (3 * row) + (2 * column));
            if (sizeof(TKernel) > 3) a40 = TVec.Load(sums + (4 * row) + (0 * column));
            if (sizeof(TKernel) > 3 && sizeof(TColumns) > 1) a41 = TVec.Load(sums + (4 * row) + (1 * column));
            if (sizeof(TKernel) > 3 && sizeof(TColumns) > 2) a42 = TVec.Load(sums + (4 * row) + (2 * column));
        }
        T* image = tile->Image, gradient = tile->Gradient;
        nint height = tile->Height, imageRow = tile->ImageRow, gradientRow = tile->GradientRow;
        int count = tile->Count;
        bool whole = count == TVec.Count;
        TVec x0, x1, x2;
        TVec d0 = TVec.Zero, d1 = d0, d2 = d0, d3 = d0, d4 = d0;
        for (nint i = 0; i < height + sizeof(TKernel) - 1; i++)
        {
            for (; whole && i >= sizeof(TKernel) - 1 && i < height; i++)
            {
                // All rows of the kernel meet this one.
                if (sizeof(TKernel) > 3)
                {
                    d4 = d3;
                    d3 = d2;
                }
                d2 = d1;
                d1 = d0;
                d0 = TVec.Load(gradient);
                x0 = TVec.Load(image);
                x1 = sizeof(TColumns) > 1 ? TVec.Load(image + 1) : x0;
                x2 = sizeof(TColumns) > 2 ? TVec.Load(image + 2) : x0;
                a00 = TVec.Fma(x0, d0, a00);
                if (sizeof(TColumns) > 1) a01 = TVec.Fma(x1, d0, a01);
                if (sizeof(TColumns) > 2) a02 = TVec.Fma(x2, d0, a02);
                a10 = TVec.Fma(x0, d1, a10);
                if (sizeof(TColumns) > 1) a11 = TVec.Fma(x1, d1, a11);
                if (sizeof(TColumns) > 2) a12 = TVec.Fma(x2, d1, a12);
                a20 = TVec.Fma(x0, d2, a20);
                if (sizeof(TColumns) > 1) a21 = TVec.Fma(x1, d2, a21);
                if (sizeof(TColumns) > 2) a22 = TVec.Fma(x2, d2, a22);
                if (sizeof(TKernel) > 3) a30 = TVec.Fma(x0, d3, a30);
                if (sizeof(TKernel) > 3 && sizeof(TColumns) > 1) a31 = TVec.Fma(x1, d3, a31);
                if (sizeof(TKernel) > 3 && sizeof(TColumns) > 2) a32 = TVec.Fma(x2, d3, a32);
                if (sizeof(TKernel) > 3) a40 = TVec.Fma(x0, d4, a40);
                if (sizeof(TKernel) > 3 && sizeof(TColumns) > 1) a41 = TVec.Fma(x1, d4, a41);
                if (sizeof(TKernel) > 3 && sizeof(TColumns) > 2) a42 = TVec.Fma(x2, d4, a42);
                gradient += gradientRow;
                image += imageRow;
            }

            // Row i of the image meets rows i, i - 1, ... of the gradient, where they exist: an infinity must not meet
            // zeros that stand for nothing. For the same reason lanes past the last column are zero on both sides.
            if (sizeof(TKernel) > 3)
            {
                d4 = d3;
                d3 = d2;
            }
            d2 = d1;
            d1 = d0;
            if (whole)
            {
                if (i < height) d0 = TVec.Load(gradient);
                x0 = TVec.Load(image);
                x1 = sizeof(TColumns) > 1 ? TVec.Load(image + 1) : x0;
                x2 = sizeof(TColumns) > 2 ? TVec.Load(image + 2) : x0;
            }
            else
            {
                if (i < height) d0 = TVec.LoadPartial(gradient, count);
                x0 = TVec.LoadPartial(image, count);
                x1 = sizeof(TColumns) > 1 ? TVec.LoadPartial(image + 1, count) : x0;
                x2 = sizeof(TColumns) > 2 ? TVec.LoadPartial(image + 2, count) : x0;
            }
            if (i < height)
            {
                a00 = TVec.Fma(x0, d0, a00);
                if (sizeof(TColumns) > 1) a01 = TVec.Fma(x1, d0, a01);
                if (sizeof(TColumns) > 2) a02 = TVec.Fma(x2, d0, a02);
            }
            if ((nuint)(i - 1) < (nuint)height)
            {
                a10 = TVec.Fma(x0, d1, a10);
                if (sizeof(TColumns) > 1) a11 = TVec.Fma(x1, d1, a11);
                if (sizeof(TColumns) > 2) a12 = TVec.Fma(x2, d1, a12);
            }
            if ((nuint)(i - 2) < (nuint)height)
            {
                a20 = TVec.Fma(x0, d2, a20);
                if (sizeof(TColumns) > 1) a21 = TVec.Fma(x1, d2, a21);
                if (sizeof(TColumns) > 2) a22 = TVec.Fma(x2, d2, a22);
            }
            if (sizeof(TKernel) > 3 && (nuint)(i - 3) < (nuint)height)
            {
                a30 = TVec.Fma(x0, d3, a30);
                if (sizeof(TColumns) > 1) a31 = TVec.Fma(x1, d3, a31);
                if (sizeof(TColumns) > 2) a32 = TVec.Fma(x2, d3, a32);
            }
            if (sizeof(TKernel) > 3 && (nuint)(i - 4) < (nuint)height)
            {
                a40 = TVec.Fma(x0, d4, a40);
                if (sizeof(TColumns) > 1) a41 = TVec.Fma(x1, d4, a41);
                if (sizeof(TColumns) > 2) a42 = TVec.Fma(x2, d4, a42);
            }
            gradient += gradientRow;
            image += imageRow;
        }
        TVec.Store(sums + (0 * row) + (0 * column), a00);
        if (sizeof(TColumns) > 1) TVec.Store(sums + (0 * row) + (1 * column), a01);
        if (sizeof(TColumns) > 2) TVec.Store(sums + (0 * row) + (2 * column), a02);
        TVec.Store(sums + (1 * row) + (0 * column), a10);
        if (sizeof(TColumns) > 1) TVec.Store(sums + (1 * row) + (1 * column), a11);
        if (sizeof(TColumns) > 2) TVec.Store(sums + (1 * row) + (2 * column), a12);
        TVec.Store(sums + (2 * row) + (0 * column), a20);
        if (sizeof(TColumns) > 1) TVec.Store(sums + (2 * row) + (1 * column), a21);
        if (sizeof(TColumns) > 2) TVec.Store(sums + (2 * row) + (2 * column), a22);
        if (sizeof(TKernel) > 3) TVec.Store(sums + (3 * row) + (0 * column), a30);
        if (sizeof(TKernel) > 3 && sizeof(TColumns) > 1) TVec.Store(sums + (3 * row) + (1 * column), a31);
        if (sizeof(TKernel) > 3 && sizeof(TColumns) > 2) TVec.Store(sums + (3 * row) + (2 * column), a32);
        if (sizeof(TKernel) > 3) TVec.Store(sums + (4 * row) + (0 * column), a40);
        if (sizeof(TKernel) > 3 && sizeof(TColumns) > 1) TVec.Store(sums + (4 * row) + (1 * column), a41);
        if (sizeof(TKernel) > 3 && sizeof(TColumns) > 2) TVec.Store(sums + (4 * row) + (2 * column), a42);
    }
}
