namespace ChainRule.Ops;

/// <summary>Writes dense elements into the places of a view.</summary>
internal static unsafe class StridedScatter
{
    public static void FromDense(Tensor dense, Tensor place)
    {
        if (place.Count == 0) return;
        int size = place.DType.Size();
        byte* source = dense.Pointer, target = place.Pointer;
        ReadOnlySpan<int> dims = place.Dims, strides = place.Strides;
        int rank = dims.Length;
        int inner = rank == 0 ? 1 : dims[^1];
        nint step = rank == 0 ? 0 : (nint)strides[^1] * size;
        Span<int> at = stackalloc int[Math.Max(rank, 1)];
        at.Clear();
        for (int run = place.Count / inner; run > 0; run--)
        {
            Row(source, target, step, inner, size);
            source += (nint)inner * size;
            for (int d = rank - 2; d >= 0; d--)
            {
                target += (nint)strides[d] * size;
                if (++at[d] < dims[d]) break;
                at[d] = 0;
                target -= (nint)strides[d] * dims[d] * size;
            }
        }
        GC.KeepAlive(dense);
        GC.KeepAlive(place);
    }

    private static void Row(byte* source, byte* target, nint step, int count, int size)
    {
        if (step == size)
        {
            Buffer.MemoryCopy(source, target, (long)count * size, (long)count * size);
            return;
        }
        for (nint i = 0; i < count; i++)
        {
            switch (size)
            {
                case 1: target[i * step] = source[i]; break;
                case 4: *(uint*)(target + (i * step)) = ((uint*)source)[i]; break;
                default: *(ulong*)(target + (i * step)) = ((ulong*)source)[i]; break;
            }
        }
    }
}
