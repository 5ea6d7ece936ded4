using ChainRule.Kernels.Pooling;

namespace ChainRule.Ops;

/// <summary>Maximum pooling by windows; its winners define a <see cref="PlaneMap"/>.</summary>
internal static unsafe class MaxPooling
{
    public static Tensor Apply(in PoolingOptions options, Tensor x) => Forward(options.For(x), x).Output;

    public static (Tensor Output, Tensor Indices) WithIndices(in PoolingOptions options, Tensor x)
    {
        (Tensor y, Tensor index) = Forward(options.For(x), x);
        return (y, index.ConvertTo(DType.Int64));
    }

    /// <summary>Adds each number to the place it came from.</summary>
    public static Tensor Scatter(PoolingSizes s, Tensor dy, Tensor index)
    {
        Tensor dx = Tensor.Empty(s.X, dy.DType), dense = dy.Dense();
        if (dy.DType == DType.Float32)
            Pooling<float>.MaxBackward(s.Kernel, dense.Ptr<float>(), index.Ptr<int>(), dx.Ptr<float>());
        else Pooling<double>.MaxBackward(s.Kernel, dense.Ptr<double>(), index.Ptr<int>(), dx.Ptr<double>());
        GC.KeepAlive(dense);
        GC.KeepAlive(index);
        if (!Graph.Needs(dy)) return dx;
        PlaneMap map = new(s.X, s.Y, s.Kernel.Planes, s.Kernel.Input.Volume, s.Kernel.Output.Volume);
        return Graph.Record(dx, new PlaneScatterNode(map, dy, index));
    }

    private static (Tensor Output, Tensor Indices) Forward(PoolingSizes s, Tensor x)
    {
        Tensor y = Tensor.Empty(s.Y, x.DType), index = Tensor.Empty(s.Y, DType.Int32), dense = x.Dense();
        if (x.DType == DType.Float32)
            Pooling<float>.MaxForward(s.Kernel, dense.Ptr<float>(), y.Ptr<float>(), index.Ptr<int>());
        else Pooling<double>.MaxForward(s.Kernel, dense.Ptr<double>(), y.Ptr<double>(), index.Ptr<int>());
        GC.KeepAlive(dense);
        return (Graph.Needs(x) ? Graph.Record(y, new MaxPoolNode(s, x, index)) : y, index);
    }
}

internal sealed class MaxPoolNode(PoolingSizes sizes, Tensor x, Tensor index) : Op(x)
{
    private Tensor? _index = index;

    public override string Name => "max_pool";

    public override void Backward(Tensor dy, BackwardPass pass) =>
        pass.Add(A, MaxPooling.Scatter(sizes, dy, _index!), fresh: true);

    public override void Release()
    {
        base.Release();
        _index = null;
    }
}
