using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels.Gemm;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// A correlation with very few output channels (depthwise above all): vectors of pixels are read where they lie in the
/// padded image and summed in registers, nothing is packed.
/// </summary>
/// <remarks>
/// Its tables have one panel of all pixels. Eight runs of pixels are summed side by side, so that each weight is
/// broadcast once for eight multiply-adds and their latency is hidden.
/// </remarks>
internal static unsafe class DirectCorrelation<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
{
    /// <summary>Runs of pixels that are summed side by side.</summary>
    public const int Pieces = 8;

    /// <summary>With more channels, packing the columns once for all of them pays.</summary>
    private const int MostChannels = 2;

    public static bool Suits(int channels) => channels <= MostChannels;

    /// <summary>Numbers of scratch memory that <see cref="Run"/> needs.</summary>
    public static int ScratchLength(int pixels) => pixels + TVec.Count;

    /// <summary>
    /// As <see cref="PackedCorrelation{TVec,T}.Run"/>, for pieces [First, End) of the only panel.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        Correlation* one, T* image, T* weights, T* bias, bool relu, T* output, nint plane, int channels,
        (int First, int End) pieces, T* scratch)
    {
        int pixels = one->Pixels, all = one->PanelStart[1];
        if (pieces.First >= pieces.End) return;
        nint begin = one->PieceColumn[pieces.First], end = pieces.End < all ? one->PieceColumn[pieces.End] : pixels;
        for (nint m = 0; m < channels; m++)
        {
            T* to = output + (m * plane);
            var work = new DirectTile<T>
            {
                Taps = one->Taps,
                Tap = one->Tap,
                Weight = weights + (m * one->Taps),
                Image = image,
                Bias = bias != null ? bias[m] : T.Zero,
                Relu = relu,
                Output = one->Target == null ? to : scratch,
                End = end,
            };
            for (int i = pieces.First; i < pieces.End; i += Pieces)
            {
                work.Source = one->PieceSource + i;
                work.Column = one->PieceColumn + i;
                Call(&work, Math.Min(Pieces, pieces.End - i));
            }
            if (one->Target == null) continue;
            for (nint p = begin; p < end; p++) to[one->Target[p]] = scratch[p];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Call(DirectTile<T>* work, int pieces)
    {
        switch (pieces)
        {
            case 8: DirectKernel<TVec, T, N8>.Run(work); break;
            case 7: DirectKernel<TVec, T, N7>.Run(work); break;
            case 6: DirectKernel<TVec, T, N6>.Run(work); break;
            case 5: DirectKernel<TVec, T, N5>.Run(work); break;
            case 4: DirectKernel<TVec, T, N4>.Run(work); break;
            case 3: DirectKernel<TVec, T, N3>.Run(work); break;
            case 2: DirectKernel<TVec, T, N2>.Run(work); break;
            default: DirectKernel<TVec, T, N1>.Run(work); break;
        }
    }
}

/// <summary>The work of one call of the direct kernel.</summary>
internal unsafe struct DirectTile<T>
    where T : unmanaged
{
    public nint Taps;
    public int* Tap;
    public T* Weight;
    public T* Image;

    /// <summary>Where each piece begins in the image, and where it goes in the output.</summary>
    public int* Source;
    public int* Column;

    public T Bias;
    public bool Relu;
    public T* Output;

    /// <summary>Columns from here on belong to somebody else.</summary>
    public nint End;
}

/// <summary>out[Column[i] + lane] = bias + sum over k of Weight[k] * Image[Tap[k] + Source[i] + lane].</summary>
internal static unsafe class DirectKernel<TVec, T, TPieces>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged, INumber<T>
    where TPieces : unmanaged, IConstant
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(DirectTile<T>* work)
    {
        TVec c0 = TVec.Broadcast(work->Bias);
        TVec c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
        int* source = work->Source;
        T* p0 = work->Image + source[0];
        T* p1 = sizeof(TPieces) > 1 ? work->Image + source[1] : p0;
        T* p2 = sizeof(TPieces) > 2 ? work->Image + source[2] : p0;
        T* p3 = sizeof(TPieces) > 3 ? work->Image + source[3] : p0;
        T* p4 = sizeof(TPieces) > 4 ? work->Image + source[4] : p0;
        T* p5 = sizeof(TPieces) > 5 ? work->Image + source[5] : p0;
        T* p6 = sizeof(TPieces) > 6 ? work->Image + source[6] : p0;
        T* p7 = sizeof(TPieces) > 7 ? work->Image + source[7] : p0;
        T* weight = work->Weight;
        int* tap = work->Tap, last = tap + work->Taps;
        for (; tap < last; tap++)
        {
            nint at = *tap;
            TVec w = TVec.Broadcast(*weight++);
            c0 = TVec.Fma(w, TVec.Load(p0 + at), c0);
            if (sizeof(TPieces) > 1) c1 = TVec.Fma(w, TVec.Load(p1 + at), c1);
            if (sizeof(TPieces) > 2) c2 = TVec.Fma(w, TVec.Load(p2 + at), c2);
            if (sizeof(TPieces) > 3) c3 = TVec.Fma(w, TVec.Load(p3 + at), c3);
            if (sizeof(TPieces) > 4) c4 = TVec.Fma(w, TVec.Load(p4 + at), c4);
            if (sizeof(TPieces) > 5) c5 = TVec.Fma(w, TVec.Load(p5 + at), c5);
            if (sizeof(TPieces) > 6) c6 = TVec.Fma(w, TVec.Load(p6 + at), c6);
            if (sizeof(TPieces) > 7) c7 = TVec.Fma(w, TVec.Load(p7 + at), c7);
        }
        Store(work, 0, c0);
        if (sizeof(TPieces) > 1) Store(work, 1, c1);
        if (sizeof(TPieces) > 2) Store(work, 2, c2);
        if (sizeof(TPieces) > 3) Store(work, 3, c3);
        if (sizeof(TPieces) > 4) Store(work, 4, c4);
        if (sizeof(TPieces) > 5) Store(work, 5, c5);
        if (sizeof(TPieces) > 6) Store(work, 6, c6);
        if (sizeof(TPieces) > 7) Store(work, 7, c7);
    }

    // What a whole vector writes past a short piece, the next piece overwrites: they are stored in order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(DirectTile<T>* work, int piece, TVec value)
    {
        if (work->Relu) value = TVec.Select(TVec.Less(value, TVec.Zero), TVec.Zero, value);
        nint column = work->Column[piece];
        if (column + TVec.Count <= work->End) TVec.Store(work->Output + column, value);
        else TVec.StorePartial(work->Output + column, value, (int)(work->End - column));
    }
}
