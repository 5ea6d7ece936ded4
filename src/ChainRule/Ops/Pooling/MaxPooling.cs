using ChainRule.Kernels.Pooling;

namespace ChainRule.Ops;

/// <summary>Maximum pooling by windows; its winners define a <see cref="PlaneMap"/>.</summary>
internal static unsafe class MaxPooling
{
    public static Tensor Apply(in PoolingOptions options, Tensor x) => Forward(options.For(x), x);

    public static (Tensor Output, Tensor Indices) WithIndices(in PoolingOptions options, Tensor x)
    {
        Tensor y = Forward(options.For(x), x);
        return (y, Places(y).ConvertTo(DType.Int64));
    }

    /// <summary>Where the winners of a result stand in their planes; they lie behind it.</summary>
    public static Tensor Places(Tensor y)
    {
        Tensor places = Tensor.Empty(y.Shape, DType.Int32);
        new Span<int>(y.Behind, y.Count).CopyTo(new Span<int>(places.Ptr<int>(), y.Count));
        GC.KeepAlive(y);
        return places;
    }

    /// <summary>Adds each number to the place it came from.</summary>
    public static Tensor Scatter(PoolingSizes s, Tensor dy, Tensor y, bool recorded)
    {
        Tensor dx = Tensor.Empty(s.X, dy.DType), dense = dy.Dense();
        int* places = (int*)y.Behind;
        if (dy.DType == DType.Float32)
            Pooling<float>.MaxBackward(s.Kernel, dense.Ptr<float>(), places, dx.Ptr<float>());
        else Pooling<double>.MaxBackward(s.Kernel, dense.Ptr<double>(), places, dx.Ptr<double>());
        GC.KeepAlive(dense);
        GC.KeepAlive(y);
        if (!recorded || !Graph.Needs(dy)) return dx;
        PlaneMap map = new(s.X, s.Y, s.Kernel.Planes, s.Kernel.Input.Volume, s.Kernel.Output.Volume);
        return Graph.Record(dx, new PlaneScatterNode(map, dy, Places(y)));
    }

    private static Tensor Forward(PoolingSizes s, Tensor x)
    {
        Tensor y = Tensor.Empty(s.Y, x.DType, (long)s.Y.Count * sizeof(int)), dense = x.Dense();
        if (x.DType == DType.Float32)
            Pooling<float>.MaxForward(s.Kernel, dense.Ptr<float>(), y.Ptr<float>(), (int*)y.Behind);
        else Pooling<double>.MaxForward(s.Kernel, dense.Ptr<double>(), y.Ptr<double>(), (int*)y.Behind);
        GC.KeepAlive(dense);
        return Graph.Needs(x) ? Graph.Record(y, new MaxPoolNode(s, x, y)) : y;
    }
}

internal sealed class MaxPoolNode(PoolingSizes sizes, Tensor x, Tensor y) : Op(x)
{
    // The result, for the places behind it.
    private Tensor? _y = y;

    public override string Name => "max_pool";

    public override void Backward(Tensor dy, BackwardPass pass) =>
        pass.Add(A, MaxPooling.Scatter(sizes, dy, _y!, pass.CreateGraph), fresh: true);

    public override void Release()
    {
        base.Release();
        _y = null;
    }
}
