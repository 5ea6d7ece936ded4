using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>Operands of different shapes in one elementwise loop, without copies of the smaller one.</summary>
internal static unsafe class Broadcasting
{
    /// <summary>Shape of the result: sizes from the end must be equal or 1.</summary>
    /// <exception cref="ShapeException">Two sizes differ and neither is 1.</exception>
    public static Shape ShapeOf(string name, Tensor a, Tensor b, string first = "a", string second = "b")
    {
        if (ReferenceEquals(a.Info, b.Info)) return a.Shape;
        int rank = Math.Max(a.Rank, b.Rank);
        Span<int> dims = stackalloc int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int da = i <= a.Rank ? a.Dims[^i] : 1, db = i <= b.Rank ? b.Dims[^i] : 1;
            if (da != db && da != 1 && db != 1)
            {
                throw new ShapeException(
                    $"{name}: shapes do not broadcast: {da} ({first}, dim {a.Rank - i}) "
                    + $"and {db} ({second}, dim {b.Rank - i}).\n"
                    + $"  {Elementwise.Operand(first, a)}    {Elementwise.Operand(second, b)}",
                    a.Shape, b.Shape);
            }
            dims[^i] = da == 1 ? db : da;
        }
        return Shape.Create(dims);
    }

    /// <summary>A tensor as one run: dense with step 1, or a single repeated number with step 0.</summary>
    public static Tensor Run(Tensor t, out int step)
    {
        step = 1;
        if (t.IsContiguous) return t;
        step = 0;
        for (int i = 0; i < t.Rank; i++)
        {
            if (t.Dims[i] != 1 && t.Strides[i] != 0) step = 1;
        }
        return step == 0 ? t : t.Dense();
    }

    /// <summary>
    /// y = f(a, b, c) over the elements of <paramref name="shape"/>, to which every operand broadcasts.
    /// </summary>
    /// <param name="f">Formula.</param>
    /// <param name="a">First operand; its type is that of the result.</param>
    /// <param name="b">Second operand.</param>
    /// <param name="c">Third operand; ignored for two.</param>
    /// <param name="shape">Shape of the result.</param>
    /// <param name="operands">2 or 3: how many of them the formula reads.</param>
    public static Tensor Map<TF>(TF f, Tensor a, Tensor b, Tensor c, Shape shape, int operands)
        where TF : unmanaged, IMap3
    {
        Tensor y = Tensor.Empty(shape, a.DType);
        if (y.Count == 0) return y;
        if (operands == 2) c = a;
        int most = Math.Max(shape.Rank, 1);
        Span<int> dims = stackalloc int[most], sa = stackalloc int[most], sb = stackalloc int[most],
            sc = stackalloc int[most];
        // A step other than 0 or 1 in the innermost dimension has no vector load: such an operand is gathered first.
        int rank = Plan(shape, a, b, c, dims, sa, sb, sc);
        if (sa[rank - 1] > 1 || sb[rank - 1] > 1 || sc[rank - 1] > 1)
        {
            if (sa[rank - 1] > 1) a = a.Dense();
            if (sb[rank - 1] > 1) b = b.Dense();
            c = operands == 2 ? a : sc[rank - 1] > 1 ? c.Dense() : c;
            rank = Plan(shape, a, b, c, dims, sa, sb, sc);
        }
        fixed (int* d = dims, da = sa, db = sb, dc = sc)
        {
            RunNest nest = new() { Rank = rank, Runs = y.Count / dims[rank - 1], Dims = d, A = da, B = db, C = dc };
            VectorLoops.Map(f, a.DType, a.Pointer, b.Pointer, c.Pointer, y.Pointer, in nest);
        }
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(c);
        return y;
    }

    // Sizes and strides with broadcast dimensions at stride 0, neighbours merged wherever all operands allow it.
    private static int Plan(
        Shape shape, Tensor a, Tensor b, Tensor c, Span<int> dims, Span<int> sa, Span<int> sb, Span<int> sc)
    {
        ReadOnlySpan<int> full = shape.Dims;
        int rank = 0;
        for (int i = 0; i < full.Length; i++)
        {
            if (full[i] == 1) continue;
            int fromEnd = full.Length - i;
            int ta = StrideFor(a, fromEnd), tb = StrideFor(b, fromEnd), tc = StrideFor(c, fromEnd);
            if (rank > 0 && sa[rank - 1] == full[i] * ta && sb[rank - 1] == full[i] * tb
                && sc[rank - 1] == full[i] * tc)
            {
                dims[rank - 1] *= full[i];
                (sa[rank - 1], sb[rank - 1], sc[rank - 1]) = (ta, tb, tc);
                continue;
            }
            (dims[rank], sa[rank], sb[rank], sc[rank]) = (full[i], ta, tb, tc);
            rank++;
        }
        if (rank > 0) return rank;
        (dims[0], sa[0], sb[0], sc[0]) = (1, 0, 0, 0);
        return 1;
    }

    private static int StrideFor(Tensor t, int fromEnd) =>
        fromEnd > t.Rank || t.Dims[^fromEnd] == 1 ? 0 : t.Strides[^fromEnd];
}
