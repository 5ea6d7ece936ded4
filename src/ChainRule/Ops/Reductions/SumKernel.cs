using ChainRule.Kernels;

namespace ChainRule.Ops;

internal static unsafe class SumKernel
{
    public static void Run(Tensor x, ReductionPlan plan, Tensor y)
    {
        switch (x.DType)
        {
            case DType.Float32: SumLoops.Run(x.Ptr<float>(), y.Ptr<float>(), plan.Outer, plan.Reduced, plan.Inner); break;
            case DType.Float64: SumLoops.Run(x.Ptr<double>(), y.Ptr<double>(), plan.Outer, plan.Reduced, plan.Inner); break;
            default: SumLoops.Run(x.Ptr<long>(), y.Ptr<long>(), plan.Outer, plan.Reduced, plan.Inner); break;
        }
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }
}
