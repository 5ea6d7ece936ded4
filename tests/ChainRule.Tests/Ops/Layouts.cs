namespace ChainRule.Tests.Operators;

/// <summary>The same numbers in other places: views that no kernel may mistake for dense memory.</summary>
internal static class Layouts
{
    // NaN in both floating types: what lies between is never used
    private const byte Poison = 0xFF;

    public static (string Name, Func<Tensor, Tensor?> Make)[] SameNumbers { get; } =
    [
        ("transposed", Transposed), ("sliced", Sliced), ("step 2", Step2),
    ];

    /// <summary>Views that repeat numbers: the values change with the layout.</summary>
    public static (string Name, Func<Tensor, Tensor?> Make)[] Repeated { get; } =
    [
        ("expanded along dim 0", t => Expanded(t, 0)), ("expanded along the last dim", t => Expanded(t, t.Rank - 1)),
            ("expanded from one number", t => Expanded(t, -1)),
    ];

    private static Tensor? Transposed(Tensor t)
    {
        if (t.Rank < 2) return null;
        int[] strides = new int[t.Rank];
        int step = 1;
        for (int d = 0; d < t.Rank; d++) (strides[d], step) = (step, step * Math.Max(1, t.Dims[d]));
        return Place(t, strides, 0, step);
    }

    private static Tensor? Sliced(Tensor t)
    {
        if (t.Rank == 0) return Place(t, [], 1, 3);
        int[] strides = new int[t.Rank];
        int step = 1, offset = 0;
        for (int d = t.Rank - 1; d >= 0; d--)
        {
            strides[d] = step;
            offset += step;
            step *= t.Dims[d] + 2;
        }
        return Place(t, strides, offset, step);
    }

    private static Tensor? Step2(Tensor t)
    {
        if (t.Rank == 0) return null;
        int[] strides = [.. t.Info.Strides.Select(s => 2 * s)];
        return Place(t, strides, 1, (2 * t.Count) + 2);
    }

    // Along one dimension the first position repeated; along -1 a single number everywhere.
    private static Tensor? Expanded(Tensor t, int dim)
    {
        if (t.Rank == 0 || t.Count == 0 || (t.Rank == 1 && dim == 0) || dim >= t.Rank) return null;
        int[] strides = [.. t.Info.Strides];
        for (int d = 0; d < t.Rank; d++)
        {
            if (dim < 0 || d == dim) strides[d] = 0;
        }
        return t.Detach().View(t.Dims, strides);
    }

    private static Tensor Place(Tensor t, int[] strides, int offset, int capacity)
    {
        Tensor room = Tensor.EmptyKept([capacity], t.DType);
        Fill(room);
        Tensor view = room.View(t.Dims, strides, offset);
        ChainRule.Ops.StridedScatter.FromDense(t.Dense(), view);
        return view;
    }

    private static unsafe void Fill(Tensor room)
    {
        // A Bool is 0 or 1 everywhere.
        new Span<byte>(room.Pointer, room.Count * room.DType.Size()).Fill(room.DType == DType.Bool ? (byte)1 : Poison);
        GC.KeepAlive(room);
    }
}
