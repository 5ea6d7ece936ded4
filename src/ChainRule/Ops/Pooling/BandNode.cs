using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>A <see cref="Band"/> applied to one dimension of a tensor; its gradient is the transposed band.</summary>
internal sealed unsafe class BandNode(Tensor x, Band band, int dim) : Op(x)
{
    public override string Name => "band";

    public static Tensor Apply(Tensor x, Band band, int dim)
    {
        int[] sizes = x.Dims.ToArray();
        int outer = 1, inner = 1;
        for (int d = 0; d < dim; d++) outer *= sizes[d];
        for (int d = dim + 1; d < sizes.Length; d++) inner *= sizes[d];
        sizes[dim] = band.Rows;
        Tensor y = Tensor.Empty(sizes, x.DType), dense = x.Dense();
        if (x.DType == DType.Float32) band.Apply(dense.Ptr<float>(), y.Ptr<float>(), outer, inner);
        else band.Apply(dense.Ptr<double>(), y.Ptr<double>(), outer, inner);
        GC.KeepAlive(dense);
        return Graph.Needs(x) ? Graph.Record(y, new BandNode(x, band, dim)) : y;
    }

    public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, Apply(dy, band.Transposed, dim));
}
