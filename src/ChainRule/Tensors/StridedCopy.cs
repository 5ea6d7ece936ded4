using System.Runtime.CompilerServices;

namespace ChainRule;

/// <summary>Gathers the elements of a view into row-major order.</summary>
internal static unsafe class StridedCopy
{
    /// <summary>Copies every element of a strided view into dense row-major memory.</summary>
    /// <param name="source">First element of the view.</param>
    /// <param name="dims">Sizes.</param>
    /// <param name="strides">Strides of the view in elements; 0 repeats.</param>
    /// <param name="target">Dense memory.</param>
    /// <param name="size">Bytes of one element: 1, 4 or 8.</param>
    public static void ToDense(byte* source, ReadOnlySpan<int> dims, ReadOnlySpan<int> strides, byte* target, int size)
    {
        Span<int> d = stackalloc int[dims.Length];
        Span<int> s = stackalloc int[dims.Length];
        int rank = Collapse(dims, strides, d, s);
        if (rank < 0) return;
        switch (size)
        {
            case 1: Walk(source, d[..rank], s[..rank], target); break;
            case 4: Walk((uint*)source, d[..rank], s[..rank], (uint*)target); break;
            default: Walk((ulong*)source, d[..rank], s[..rank], (ulong*)target); break;
        }
    }

    /// <summary>
    /// Drops sizes of 1 and merges dimensions that lie behind one another. Returns the rank left, -1 if empty.
    /// </summary>
    public static int Collapse(
        ReadOnlySpan<int> dims, ReadOnlySpan<int> strides, Span<int> outDims, Span<int> outStrides)
    {
        int rank = 0;
        for (int i = 0; i < dims.Length; i++)
        {
            if (dims[i] == 0) return -1;
            if (dims[i] == 1) continue;
            if (rank > 0 && outStrides[rank - 1] == dims[i] * strides[i])
            {
                outDims[rank - 1] *= dims[i];
                outStrides[rank - 1] = strides[i];
            }
            else
            {
                (outDims[rank], outStrides[rank]) = (dims[i], strides[i]);
                rank++;
            }
        }
        return rank;
    }

    private static void Walk<T>(T* source, ReadOnlySpan<int> dims, ReadOnlySpan<int> strides, T* target)
        where T : unmanaged
    {
        if (dims.Length == 0)
        {
            *target = *source;
            return;
        }
        if (dims.Length == 1)
        {
            Row(source, strides[0], target, dims[0]);
            return;
        }
        if (dims.Length == 2)
        {
            Plane(source, dims[0], strides[0], dims[1], strides[1], target);
            return;
        }
        nint inner = 1;
        foreach (int d in dims[1..]) inner *= d;
        for (int i = 0; i < dims[0]; i++)
            Walk(source + ((nint)i * strides[0]), dims[1..], strides[1..], target + (i * inner));
    }

    // Tiles of 16 x 16 keep both sides of a transpose in cache lines that are used whole.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Plane<T>(T* source, int rows, nint rowStep, int cols, nint colStep, T* target)
        where T : unmanaged
    {
        if (colStep == 1 || colStep == 0 || rows < 4)
        {
            for (nint r = 0; r < rows; r++) Row(source + (r * rowStep), colStep, target + (r * cols), cols);
            return;
        }
        const int Tile = 16;
        for (nint r0 = 0; r0 < rows; r0 += Tile)
        {
            nint r1 = Math.Min(r0 + Tile, rows);
            for (nint c0 = 0; c0 < cols; c0 += Tile)
            {
                nint c1 = Math.Min(c0 + Tile, cols);
                for (nint r = r0; r < r1; r++)
                {
                    T* t = target + (r * cols);
                    T* s = source + (r * rowStep);
                    for (nint c = c0; c < c1; c++) t[c] = s[c * colStep];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<T>(T* source, nint step, T* target, int count)
        where T : unmanaged
    {
        if (step == 1) new ReadOnlySpan<T>(source, count).CopyTo(new Span<T>(target, count));
        else if (step == 0) new Span<T>(target, count).Fill(*source);
        else
        {
            for (nint i = 0; i < count; i++) target[i] = source[i * step];
        }
    }
}
