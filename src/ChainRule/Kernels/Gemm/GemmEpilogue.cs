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
            for (nint column = 0; column < columns; column += TVec.Count)
            {
                TVec value = TVec.Load(c + column);
                if (tile->RowBias != null) value += rowBias;
                if (tile->ColumnBias != null) value += TVec.Load(tile->ColumnBias + column);

                // Not the larger of x and 0, which would need more instructions to let a NaN pass.
                if (tile->Relu) value = TVec.Select(TVec.Less(value, TVec.Zero), TVec.Zero, value);
                TVec.Store(c + column, value);
            }
        }
    }
}
