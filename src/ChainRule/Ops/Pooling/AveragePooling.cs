using ChainRule.Kernels.Pooling;

namespace ChainRule.Ops;

/// <summary>Average pooling and its transpose: linear maps, each the gradient of the other.</summary>
internal static unsafe class AveragePooling
{
    public static Tensor Apply(in PoolingOptions options, Tensor x, bool countIncludePad, int? divisor)
    {
        CheckDivisor(options.Op, divisor);
        return Forward(options.For(x, countIncludePad, divisor ?? 0), x);
    }

    public static void CheckDivisor(string op, int? divisor)
    {
        if (divisor is 0) throw new ArgumentOutOfRangeException(nameof(divisor), $"{op}: divisor must not be 0.");
    }

    public static Tensor Forward(PoolingSizes s, Tensor x)
    {
        Tensor y = Tensor.Empty(s.Y, x.DType), dense = x.Dense();
        if (x.DType == DType.Float32) Pooling<float>.AverageForward(s.Kernel, dense.Ptr<float>(), y.Ptr<float>());
        else Pooling<double>.AverageForward(s.Kernel, dense.Ptr<double>(), y.Ptr<double>());
        GC.KeepAlive(dense);
        return Graph.Needs(x) ? Graph.Record(y, new AvgPoolNode(s, x)) : y;
    }

    public static Tensor Transposed(PoolingSizes s, Tensor dy)
    {
        Tensor dx = Tensor.Empty(s.X, dy.DType), dense = dy.Dense();
        if (dy.DType == DType.Float32)
            Pooling<float>.AverageBackward(s.Kernel, dense.Ptr<float>(), dx.Ptr<float>());
        else Pooling<double>.AverageBackward(s.Kernel, dense.Ptr<double>(), dx.Ptr<double>());
        GC.KeepAlive(dense);
        return Graph.Needs(dy) ? Graph.Record(dx, new AvgSpreadNode(s, dy)) : dx;
    }
}

internal sealed class AvgPoolNode(PoolingSizes sizes, Tensor x) : Op(x)
{
    public override string Name => "avg_pool";

    public override void Backward(Tensor dy, BackwardPass pass) =>
        pass.Add(A, AveragePooling.Transposed(sizes, dy));
}

internal sealed class AvgSpreadNode(PoolingSizes sizes, Tensor dy) : Op(dy)
{
    public override string Name => "avg_pool_spread";

    public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, AveragePooling.Forward(sizes, dy));
}
