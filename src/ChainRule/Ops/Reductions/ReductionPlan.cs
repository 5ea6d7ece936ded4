namespace ChainRule.Ops;

/// <summary>A reduction brought into the form [outer, reduced, inner] over dense memory.</summary>
internal sealed class ReductionPlan
{
    private readonly Shape _source;
    private readonly bool[] _reduced;
    private readonly int[]? _order;

    private ReductionPlan(Shape source, bool[] reduced)
    {
        _source = source;
        _reduced = reduced;
        int first = Array.IndexOf(reduced, true), last = Array.LastIndexOf(reduced, true);
        bool together = first < 0 || !reduced.AsSpan(first, last - first + 1).Contains(false);
        (Outer, Reduced, Inner) = (1, 1, 1);
        if (!together) _order = ReducedLast(reduced);
        for (int i = 0; i < reduced.Length; i++)
        {
            if (reduced[i]) Reduced *= source.Dims[i];
            else if (together && i > last && first >= 0) Inner *= source.Dims[i];
            else Outer *= source.Dims[i];
        }
    }

    /// <summary>Results that lie before the reduced dimensions.</summary>
    public int Outer { get; }

    /// <summary>Elements that go into one result.</summary>
    public int Reduced { get; }

    /// <summary>
    /// Neighbouring results behind the reduced dimensions; 1 when the reduced dimensions are the last.
    /// </summary>
    public int Inner { get; }

    /// <summary>Checks the dimensions of a reduction; none given means all. A single number counts as one dimension of
    /// size 1.</summary>
    public static ReductionPlan For(string op, Tensor x, ReadOnlySpan<int> dims)
    {
        ArgumentNullException.ThrowIfNull(x);
        bool[] reduced = new bool[Math.Max(1, x.Rank)];
        if (dims.IsEmpty) Array.Fill(reduced, true);
        foreach (int dim in dims)
        {
            int at = x.Shape.ResolveDim(dim, op);
            if (reduced[at]) throw new ShapeException($"{op}: dim {dim} is named twice for {x.Shape}.", x.Shape);
            reduced[at] = true;
        }
        return new ReductionPlan(x.Shape, x.Rank == 0 ? [] : reduced);
    }

    /// <summary>The elements in the order the plan speaks of, dense.</summary>
    public Tensor Order(Tensor x)
    {
        if (_order is null) return x.Dense();
        Span<int> dims = stackalloc int[_order.Length];
        int[] strides = new int[_order.Length];
        for (int i = 0; i < _order.Length; i++) (dims[i], strides[i]) = (x.Dims[_order[i]], x.Strides[_order[i]]);
        return x.View(dims, strides).Dense();
    }

    public Shape ResultShape(bool keepDim)
    {
        Span<int> dims = stackalloc int[_reduced.Length];
        int rank = 0;
        for (int i = 0; i < _reduced.Length; i++)
        {
            if (!_reduced[i]) dims[rank++] = _source.Dims[i];
            else if (keepDim) dims[rank++] = 1;
        }
        return Shape.Create(dims[..rank]);
    }

    private static int[] ReducedLast(bool[] reduced)
    {
        int[] order = new int[reduced.Length];
        int next = 0;
        for (int i = 0; i < reduced.Length; i++)
        {
            if (!reduced[i]) order[next++] = i;
        }
        for (int i = 0; i < reduced.Length; i++)
        {
            if (reduced[i]) order[next++] = i;
        }
        return order;
    }
}
