using System.Runtime.CompilerServices;

namespace ChainRule.Kernels.Gemm;

/// <summary>Biases and ReLU on a tile that the kernel has just stored.</summary>
internal static unsafe class GemmEpilogue<TVec, T>
    where TVec : struct, ISimdVec<TVec, T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(GemmTile<T>* tile, nint rows, nint vectors)
    {
        nint columns = vectors * TVec.Count;
        for (nint row = 0; row < rows; row++)
        {
            T* c = tile->C + (row * tile->RowC);
            TVec rowBias = tile->RowBias != null ? TVec.Broadcast(tile->RowBias[row]) : TVec.Zero;
            nint column = 0;
            for (; column < columns - TVec.Count; column += TVec.Count)
            {
                TVec bias = tile->ColumnBias != null ? TVec.Load(tile->ColumnBias + column) : TVec.Zero;
                TVec.Store(c + column, Finish(tile, TVec.Load(c + column), rowBias, bias));
            }
            int last = tile->LastColumns;
            TVec lastBias = tile->ColumnBias != null ? TVec.LoadPartial(tile->ColumnBias + column, last) : TVec.Zero;
            TVec value = Finish(tile, TVec.LoadPartial(c + column, last), rowBias, lastBias);
            TVec.StorePartial(c + column, value, last);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec Finish(GemmTile<T>* tile, TVec value, TVec rowBias, TVec columnBias)
    {
        if (tile->RowBias != null) value += rowBias;
        if (tile->ColumnBias != null) value += columnBias;

        // Not the larger of x and 0, which would need more instructions to let a NaN pass.
        return tile->Relu ? TVec.Select(TVec.Less(value, TVec.Zero), TVec.Zero, value) : value;
    }
}
