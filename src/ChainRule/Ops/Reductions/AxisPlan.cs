using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>One dimension of a dense tensor as the middle of [outer, length, inner].</summary>
internal readonly struct AxisPlan
{
    private AxisPlan(int dim, int outer, int length, int inner) =>
        (Dim, Outer, Length, Inner) = (dim, outer, length, inner);

    /// <summary>The dimension, counted from the first.</summary>
    public int Dim { get; }

    public int Outer { get; }

    public int Length { get; }

    /// <summary>Distance in elements between neighbours along the dimension.</summary>
    public int Inner { get; }

    /// <summary>Checks the dimension; a single number counts as one dimension of size 1.</summary>
    public static AxisPlan For(string op, Shape shape, int dim)
    {
        int at = shape.ResolveDim(dim, op);
        if (shape.Rank == 0) return new AxisPlan(at, 1, 1, 1);
        ReadOnlySpan<int> dims = shape.Dims;
        return new AxisPlan(at, Product(dims[..at]), dims[at], Product(dims[(at + 1)..]));
    }

    /// <summary>A kernel whose result has the shape of its operands; carries no gradient.</summary>
    public unsafe Tensor Map<K>(Tensor x, Tensor? y)
        where K : struct, IAxisKernel
    {
        Tensor dense = x.Dense();
        Tensor? second = y?.Dense();
        Tensor result = Tensor.Empty(x.Shape, x.DType);
        AxisOperands operands = Operands(dense.Pointer, result.Pointer);
        if (second is not null) operands.Y = second.Pointer;
        if (result.Count > 0) AxisLoops.Run<K>(x.DType, in operands);
        GC.KeepAlive(dense);
        GC.KeepAlive(second);
        return result;
    }

    public unsafe AxisOperands Operands(byte* x, byte* result) =>
        new() { X = x, Out = result, Outer = Outer, Length = Length, Inner = Inner };

    /// <summary>Sum along the dimension, which stays with size 1; a differentiable operation.</summary>
    public Tensor Sum(Tensor x) => x.Sum(Dim, keepDim: true);

    private static int Product(ReadOnlySpan<int> dims)
    {
        int product = 1;
        foreach (int d in dims) product *= d;
        return product;
    }
}
