using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>What maximum and minimum share: checks, kernels and gradients.</summary>
internal static unsafe class Extremum
{
    private const int Grain = 64 * 1024;

    /// <summary>Extremum over several dimensions; equal ones share the gradient.</summary>
    public static Tensor Over<TE>(string op, Tensor x, ReadOnlySpan<int> dims, bool keepDim)
        where TE : struct, IExtremum
    {
        ReductionPlan plan = Plan(op, x, dims);
        Tensor y = Tensor.Empty(plan.ResultShape(keepDim), x.DType);
        Run<TE>(plan.Order(x), plan, y, null);
        return Graph.Needs(x) ? Graph.Record(y, new ExtremumNode(op, x, y, plan)) : y;
    }

    /// <summary>Extremum along one dimension with its first place.</summary>
    public static (Tensor Values, Tensor Indices) Along<TE>(string op, Tensor x, int dim, bool keepDim)
        where TE : struct, IExtremum
    {
        AxisPlan axis = AxisPlan.For(op, x.Shape, dim);
        ReductionPlan plan = Plan(op, x, [dim]);
        Shape shape = plan.ResultShape(keepDim);
        Tensor values = Tensor.Empty(shape, x.DType), indices = Tensor.Empty(shape, DType.Int64);
        Run<TE>(plan.Order(x), plan, values, indices);
        if (Graph.Needs(x)) Graph.Record(values, new ExtremumAlongNode(op, x, indices, axis.Dim));
        return (values, indices);
    }

    /// <summary>First place of the extremum, along one dimension or among all elements in row-major order.</summary>
    public static Tensor Place<TE>(string op, Tensor x, int? dim, bool keepDim)
        where TE : struct, IExtremum
    {
        ReductionPlan plan = Plan(op, x, dim is { } along ? [along] : []);
        Shape shape = plan.ResultShape(keepDim);
        Tensor indices = Tensor.Empty(shape, DType.Int64);
        Run<TE>(plan.Order(x), plan, Tensor.Empty(shape, x.DType), indices);
        return indices;
    }

    private static ReductionPlan Plan(string op, Tensor x, ReadOnlySpan<int> dims)
    {
        Elementwise.CheckType(op, x.DType, takesIntegers: true);
        ReductionPlan plan = ReductionPlan.For(op, x, dims);
        if (plan.Reduced == 0 && plan.Outer * plan.Inner > 0)
            throw new ShapeException($"{op}: {x.Shape} has no elements to choose from.", x.Shape);
        return plan;
    }

    private static void Run<TE>(Tensor ordered, ReductionPlan plan, Tensor values, Tensor? indices)
        where TE : struct, IExtremum
    {
        if (values.Count == 0) return;
        AxisOperands o = new() { X = ordered.Pointer, Out = values.Pointer };
        if (indices is not null) o.Indices = indices.Ptr<long>();
        (o.Outer, o.Length, o.Inner) = (plan.Outer, plan.Reduced, plan.Inner);
        if (o.Outer == 1 && o.Inner == 1 && o.Length >= 2 * Grain) Parts<TE>(ordered, values, indices, o);
        else AxisLoops.Run<ExtremumKernel<TE>>(ordered.DType, in o);
        GC.KeepAlive(ordered);
        GC.KeepAlive(values);
        GC.KeepAlive(indices);
    }

    // One long row: equal parts first, so that threads can share it, then the extremum of theirs and of the rest.
    private static void Parts<TE>(Tensor x, Tensor value, Tensor? index, AxisOperands o)
        where TE : struct, IExtremum
    {
        int parts = o.Length / Grain, rest = o.Length - (parts * Grain), size = x.DType.Size(),
            all = parts + (rest > 0 ? 1 : 0);
        Tensor best = Tensor.Empty([all], x.DType), places = Tensor.Empty([all], DType.Int64);
        AxisOperands part = new() { X = o.X, Out = best.Pointer, Indices = places.Ptr<long>() };
        (part.Outer, part.Length, part.Inner) = (parts, Grain, 1);
        AxisLoops.Run<ExtremumKernel<TE>>(x.DType, in part);
        if (rest > 0)
        {
            long offset = (long)parts * Grain * size;
            AxisOperands end = new() { X = o.X + offset, Out = best.Pointer + ((long)parts * size) };
            end.Indices = places.Ptr<long>() + parts;
            (end.Outer, end.Length, end.Inner) = (1, rest, 1);
            AxisLoops.Run<ExtremumKernel<TE>>(x.DType, in end);
        }
        long winner;
        AxisOperands last = new() { X = best.Pointer, Out = o.Out, Indices = &winner };
        (last.Outer, last.Length, last.Inner) = (1, all, 1);
        AxisLoops.Run<ExtremumKernel<TE>>(x.DType, in last);
        if (index is not null) *o.Indices = (winner * Grain) + places.Ptr<long>()[winner];
        GC.KeepAlive(best);
        GC.KeepAlive(places);
    }
}

/// <summary>The gradient is shared by all elements that equal the extremum.</summary>
internal sealed class ExtremumNode(string name, Tensor x, Tensor y, ReductionPlan plan) : Op(x)
{
    private Tensor? _y = y;

    public override string Name => name;

    public override void Backward(Tensor dy, BackwardPass pass)
    {
        if (!pass.Wants(A)) return;
        Tensor x = A!;
        Shape kept = plan.ResultShape(keepDim: true);
        // Where the extremum is NaN, so is every element that it came from.
        Tensor y = _y!.Detach().Reshape(kept);
        Tensor hits = x.EqualTo(y).LogicalOr(x.NotEqual(x)).To(x.DType);
        Tensor count = hits;
        for (int d = 0; d < x.Rank; d++)
        {
            if (kept.Dims[d] != x.Dims[d]) count = count.Sum(d, keepDim: true);
        }
        pass.Add(x, dy.Reshape(kept) / count * hits);
    }

    public override void Release()
    {
        base.Release();
        _y = null;
    }
}

/// <summary>The gradient goes to the element that was chosen.</summary>
internal sealed class ExtremumAlongNode(string name, Tensor x, Tensor indices, int dim) : Op(x, indices)
{
    public override string Name => name;

    public override void Backward(Tensor dy, BackwardPass pass)
    {
        if (!pass.Wants(A)) return;
        Tensor x = A!;
        if (x.Rank == 0)
        {
            pass.Add(x, dy);
            return;
        }
        int[] kept = x.Dims.ToArray();
        kept[dim] = 1;
        Tensor zeros = Tensor.Empty(x.Shape, x.DType);
        zeros.Fill(0);
        pass.Add(x, zeros.ScatterAdd(dim, B!.Reshape(kept), dy.Reshape(kept)));
    }
}
