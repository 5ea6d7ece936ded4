using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// The weights' gradient of a group with very few output channels (depthwise above all): vectors run along the pixels,
/// eight
/// taps at a time share each load of the gradient, and lanes are added at the end.
/// </summary>
internal static unsafe class NarrowWeightGradient<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    /// <summary>
    /// With more channels the products of <see cref="WeightGradient{TVec,T}"/> fill their vectors well enough.
    /// </summary>
    private const int MostChannels = 4;

    // A load of part of a vector is one instruction only for 512 bits of single precision; elsewhere pieces must be
    // whole.
    public static bool Suits(Correlation* table, int channels)
    {
        int width = PackedCorrelation<TVec, T>.PanelWidth, panels = (table->Pixels + width - 1) / width;
        return channels <= MostChannels && TVec.Count > 1
            && (TVec.Count == 16 || table->PanelStart[panels] * TVec.Count == table->Pixels);
    }

    /// <summary>
    /// sums[k * row + m] (+)= the sum over pixels of gradient[m, p] * image[Tap[k] + Pixel[p]] for k in [first, end).
    /// </summary>
    public static void Add(
        Correlation* table, T* image, T* gradient, int channels, int first, int end, T* sums, nint row, bool accumulate)
    {
        int panel = PackedCorrelation<TVec, T>.PanelWidth;
        for (int m = 0; m < channels; m++)
        {
            T* plane = gradient + ((nint)m * table->Pixels);
            for (int k = first; k < end; k += 8)
                Eight(table, image, plane, k, Math.Min(8, end - k), panel, sums + m, row, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(
        Correlation* table, T* image, T* gradient, int k, int count, int panel, T* sums, nint row, bool accumulate)
    {
        // Where there are fewer than eight taps, the last one is summed again for nothing.
        int* tap = table->Tap + k;
        int most = count - 1;
        T* i0 = image + tap[0], i1 = image + tap[Math.Min(1, most)], i2 = image + tap[Math.Min(2, most)];
        T* i3 = image + tap[Math.Min(3, most)], i4 = image + tap[Math.Min(4, most)];
        T* i5 = image + tap[Math.Min(5, most)];
        T* i6 = image + tap[Math.Min(6, most)], i7 = image + tap[Math.Min(7, most)];
        TVec s0 = TVec.Zero, s1 = TVec.Zero, s2 = TVec.Zero, s3 = TVec.Zero;
        TVec s4 = TVec.Zero, s5 = TVec.Zero, s6 = TVec.Zero, s7 = TVec.Zero;
        int piece = 0;
        for (int start = 0, j = 0; start < table->Pixels; start += panel, j++)
        {
            int pieces = table->PanelStart[j + 1], columns = Math.Min(panel, table->Pixels - start);
            for (; piece < pieces; piece++)
            {
                int column = table->PieceColumn[piece];
                int length = (piece + 1 < pieces ? table->PieceColumn[piece + 1] : columns) - column;
                nint at = table->PieceSource[piece];
                T* from = gradient + start + column;
                if (length == TVec.Count)
                {
                    TVec dy = TVec.Load(from);
                    s0 = TVec.Fma(dy, TVec.Load(i0 + at), s0);
                    s1 = TVec.Fma(dy, TVec.Load(i1 + at), s1);
                    s2 = TVec.Fma(dy, TVec.Load(i2 + at), s2);
                    s3 = TVec.Fma(dy, TVec.Load(i3 + at), s3);
                    s4 = TVec.Fma(dy, TVec.Load(i4 + at), s4);
                    s5 = TVec.Fma(dy, TVec.Load(i5 + at), s5);
                    s6 = TVec.Fma(dy, TVec.Load(i6 + at), s6);
                    s7 = TVec.Fma(dy, TVec.Load(i7 + at), s7);
                }
                else
                {
                    // Lanes past the piece are zero on both sides: an infinity beyond it must not become NaN.
                    TVec dy = TVec.LoadPartial(from, length);
                    s0 = TVec.Fma(dy, TVec.LoadPartial(i0 + at, length), s0);
                    s1 = TVec.Fma(dy, TVec.LoadPartial(i1 + at, length), s1);
                    s2 = TVec.Fma(dy, TVec.LoadPartial(i2 + at, length), s2);
                    s3 = TVec.Fma(dy, TVec.LoadPartial(i3 + at, length), s3);
                    s4 = TVec.Fma(dy, TVec.LoadPartial(i4 + at, length), s4);
                    s5 = TVec.Fma(dy, TVec.LoadPartial(i5 + at, length), s5);
                    s6 = TVec.Fma(dy, TVec.LoadPartial(i6 + at, length), s6);
                    s7 = TVec.Fma(dy, TVec.LoadPartial(i7 + at, length), s7);
                }
            }
        }

        T* target = sums + (k * row);
        Put(target, s0, accumulate);
        if (count > 1) Put(target + row, s1, accumulate);
        if (count > 2) Put(target + (2 * row), s2, accumulate);
        if (count > 3) Put(target + (3 * row), s3, accumulate);
        if (count > 4) Put(target + (4 * row), s4, accumulate);
        if (count > 5) Put(target + (5 * row), s5, accumulate);
        if (count > 6) Put(target + (6 * row), s6, accumulate);
        if (count > 7) Put(target + (7 * row), s7, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(T* target, TVec lanes, bool accumulate)
    {
        T sum = TVec.Sum(lanes);
        *target = accumulate ? *target + sum : sum;
    }
}
