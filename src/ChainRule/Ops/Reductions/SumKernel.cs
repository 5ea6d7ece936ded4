using ChainRule.Kernels;

namespace ChainRule.Ops;

internal static unsafe class SumKernel
{
    public static void Run(Tensor x, ReductionPlan plan, Tensor y) => Run(x, y, plan.Outer, plan.Reduced, plan.Inner);

    /// <summary>
    /// Sum of the rows of a matrix as the gradient of an input: written where it belongs, not copied there.
    /// </summary>
    public static void RowsTo(BackwardPass pass, Tensor matrix, Tensor input)
    {
        Tensor dense = matrix.Dense(), target = pass.Target(input, out bool accumulate);
        Tensor sum = accumulate ? Tensor.Empty(target.Shape, target.DType) : target;
        Run(dense, sum, 1, dense.Dims[0], dense.Dims[1]);
        if (accumulate) VectorLoops.AddInto(sum, target);
    }

    /// <summary>Sum of numbers of a floating-point type over a divisor, written to one of that type.</summary>
    public static void All(byte* x, int count, Tensor y, double divisor)
    {
        if (y.DType == DType.Float32)
        {
            SumLoops.Run((float*)x, y.Ptr<float>(), 1, count, 1);
            *y.Ptr<float>() /= (float)divisor;
        }
        else
        {
            SumLoops.Run((double*)x, y.Ptr<double>(), 1, count, 1);
            *y.Ptr<double>() /= divisor;
        }
        GC.KeepAlive(y);
    }

    private static void Run(Tensor x, Tensor y, int outer, int reduced, int inner)
    {
        switch (x.DType)
        {
            case DType.Float32: SumLoops.Run(x.Ptr<float>(), y.Ptr<float>(), outer, reduced, inner); break;
            case DType.Float64: SumLoops.Run(x.Ptr<double>(), y.Ptr<double>(), outer, reduced, inner); break;
            default: SumLoops.Run(x.Ptr<long>(), y.Ptr<long>(), outer, reduced, inner); break;
        }
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }
}
