using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ChainRule.Kernels;

/// <summary>
/// Copies a matrix in memory with rows and columns exchanged, 8 x 8 (or 4 x 4) at a time in registers.
/// </summary>
internal static unsafe class Transposition
{
    // Rows of the target that are written together, so that its lines are complete before they leave the L1 cache; and
    // columns of the source, a few lines in sequence.
    private const int Strip = 64;

    /// <summary>target[j * targetRow + i] = source[i * sourceRow + j] for i in [0, rows), j in [0, columns).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy<T>(T* source, nint sourceRow, T* target, nint targetRow, nint rows, nint columns)
        where T : unmanaged
    {
        nint doneRows = 0, doneColumns = 0;
        if (Avx.IsSupported && typeof(T) == typeof(float))
        {
            doneRows = rows & ~7;
            doneColumns = columns & ~7;
            for (nint strip = 0; strip < doneColumns; strip += Strip)
            {
                nint end = Math.Min(strip + Strip, doneColumns);
                for (nint i = 0; i < doneRows; i += 8)
                {
                    for (nint j = strip; j < end; j += 8)
                        Block8((float*)(source + (i * sourceRow) + j), sourceRow,
                            (float*)(target + (j * targetRow) + i), targetRow);
                }
            }
        }
        else if (Avx.IsSupported && typeof(T) == typeof(double))
        {
            doneRows = rows & ~3;
            doneColumns = columns & ~3;
            for (nint strip = 0; strip < doneColumns; strip += Strip)
            {
                nint end = Math.Min(strip + Strip, doneColumns);
                for (nint i = 0; i < doneRows; i += 4)
                {
                    for (nint j = strip; j < end; j += 4)
                        Block4((double*)(source + (i * sourceRow) + j), sourceRow,
                            (double*)(target + (j * targetRow) + i), targetRow);
                }
            }
        }

        Rest(source + doneColumns, sourceRow, target + (doneColumns * targetRow), targetRow, doneRows,
            columns - doneColumns);
        Rest(source + (doneRows * sourceRow), sourceRow, target + doneRows, targetRow, rows - doneRows, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rest<T>(T* source, nint sourceRow, T* target, nint targetRow, nint rows, nint columns)
        where T : unmanaged
    {
        for (nint j = 0; j < columns; j++)
        {
            T* s = source + j, t = target + (j * targetRow);
            for (nint i = 0; i < rows; i++)
            {
                t[i] = *s;
                s += sourceRow;
            }
        }
    }

    // Each load brings half of row i and half of row i + 4; two rounds of shuffles within lanes do the rest.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block8(float* s, nint ls, float* t, nint lt)
    {
        Vector256<float> r0 = Pair(s, s + (4 * ls)), r1 = Pair(s + ls, s + (5 * ls));
        Vector256<float> r2 = Pair(s + (2 * ls), s + (6 * ls)), r3 = Pair(s + (3 * ls), s + (7 * ls));
        Store4(r0, r1, r2, r3, t, lt);
        s += 4;
        r0 = Pair(s, s + (4 * ls));
        r1 = Pair(s + ls, s + (5 * ls));
        r2 = Pair(s + (2 * ls), s + (6 * ls));
        r3 = Pair(s + (3 * ls), s + (7 * ls));
        Store4(r0, r1, r2, r3, t + (4 * lt), lt);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Pair(float* low, float* high) =>
        Vector256.Create(Vector128.Load(low), Vector128.Load(high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store4(
        Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3, float* t, nint lt)
    {
        Vector256<double> l01 = Avx.UnpackLow(r0, r1).AsDouble(), h01 = Avx.UnpackHigh(r0, r1).AsDouble();
        Vector256<double> l23 = Avx.UnpackLow(r2, r3).AsDouble(), h23 = Avx.UnpackHigh(r2, r3).AsDouble();
        Avx.UnpackLow(l01, l23).AsSingle().Store(t);
        Avx.UnpackHigh(l01, l23).AsSingle().Store(t + lt);
        Avx.UnpackLow(h01, h23).AsSingle().Store(t + (2 * lt));
        Avx.UnpackHigh(h01, h23).AsSingle().Store(t + (3 * lt));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block4(double* s, nint ls, double* t, nint lt)
    {
        Vector256<double> r0 = Vector256.Load(s), r1 = Vector256.Load(s + ls);
        Vector256<double> r2 = Vector256.Load(s + (2 * ls)), r3 = Vector256.Load(s + (3 * ls));
        Vector256<double> l01 = Avx.UnpackLow(r0, r1), h01 = Avx.UnpackHigh(r0, r1);
        Vector256<double> l23 = Avx.UnpackLow(r2, r3), h23 = Avx.UnpackHigh(r2, r3);
        Avx.Permute2x128(l01, l23, 0x20).Store(t);
        Avx.Permute2x128(h01, h23, 0x20).Store(t + lt);
        Avx.Permute2x128(l01, l23, 0x31).Store(t + (2 * lt));
        Avx.Permute2x128(h01, h23, 0x31).Store(t + (3 * lt));
    }
}
