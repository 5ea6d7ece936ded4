using ChainRule.Kernels.Pooling;

namespace ChainRule.Ops;

/// <summary>
/// The two linear maps that named places of planes define: numbers from their places, and back to them. Each is the
/// gradient of the other.
/// </summary>
/// <param name="X">Shape of the whole: planes of <paramref name="Inputs"/> numbers.</param>
/// <param name="Y">Shape of what is taken: planes of <paramref name="Outputs"/> numbers.</param>
/// <param name="Planes">How many planes both have.</param>
/// <param name="Inputs">Numbers of a plane of the whole.</param>
/// <param name="Outputs">Places in a plane.</param>
internal sealed unsafe record PlaneMap(Shape X, Shape Y, int Planes, int Inputs, int Outputs)
{
    /// <summary>Takes each number from its place; 0 where there is none.</summary>
    public Tensor Gather(Tensor x, Tensor index)
    {
        Tensor y = Tensor.Empty(Y, x.DType), dense = x.Dense();
        if (x.DType == DType.Float32)
        {
            IndexedPlanes<float>.Gather(
                dense.Ptr<float>(), index.Ptr<int>(), y.Ptr<float>(), Planes, Inputs, Outputs);
        }
        else
        {
            IndexedPlanes<double>.Gather(
                dense.Ptr<double>(), index.Ptr<int>(), y.Ptr<double>(), Planes, Inputs, Outputs);
        }
        GC.KeepAlive(dense);
        GC.KeepAlive(index);
        return Graph.Needs(x) ? Graph.Record(y, new PlaneGatherNode(this, x, index)) : y;
    }

    /// <summary>Adds each number to its place.</summary>
    public Tensor Scatter(Tensor y, Tensor index)
    {
        Tensor x = Tensor.Empty(X, y.DType), dense = y.Dense();
        if (y.DType == DType.Float32)
        {
            IndexedPlanes<float>.Scatter(
                dense.Ptr<float>(), index.Ptr<int>(), x.Ptr<float>(), Planes, Inputs, Outputs);
        }
        else
        {
            IndexedPlanes<double>.Scatter(
                dense.Ptr<double>(), index.Ptr<int>(), x.Ptr<double>(), Planes, Inputs, Outputs);
        }
        GC.KeepAlive(dense);
        GC.KeepAlive(index);
        return Graph.Needs(y) ? Graph.Record(x, new PlaneScatterNode(this, y, index)) : x;
    }
}

internal sealed class PlaneGatherNode(PlaneMap map, Tensor x, Tensor index) : Op(x)
{
    private Tensor? _index = index;

    public override string Name => "gather_planes";

    public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, map.Scatter(dy, _index!));

    public override void Release()
    {
        base.Release();
        _index = null;
    }
}

internal sealed class PlaneScatterNode(PlaneMap map, Tensor y, Tensor index) : Op(y)
{
    private Tensor? _index = index;

    public override string Name => "scatter_planes";

    public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, map.Gather(dy, _index!));

    public override void Release()
    {
        base.Release();
        _index = null;
    }
}
