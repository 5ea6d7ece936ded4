using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>
/// Windows as columns, and columns added back: linear maps, each the gradient of the other.
/// </summary>
internal static unsafe class Windows
{
    /// <summary>The windows of x as a tensor of shape [N, C, taps, windows].</summary>
    public static Tensor Unfold(PoolingSizes s, Tensor x)
    {
        Tensor y = Tensor.Empty(Columns(s), x.DType), dense = x.Dense();
        if (x.DType == DType.Float32) Unfolding<float>.Forward(s.Kernel, dense.Ptr<float>(), y.Ptr<float>());
        else Unfolding<double>.Forward(s.Kernel, dense.Ptr<double>(), y.Ptr<double>());
        GC.KeepAlive(dense);
        return Graph.Needs(x) ? Graph.Record(y, new UnfoldNode(s, x)) : y;
    }

    /// <summary>The image that has the sum of all entries of the columns at their places.</summary>
    public static Tensor Fold(PoolingSizes s, Tensor columns)
    {
        Tensor x = Tensor.Empty(s.X, columns.DType), dense = columns.Dense();
        if (columns.DType == DType.Float32) Unfolding<float>.Backward(s.Kernel, dense.Ptr<float>(), x.Ptr<float>());
        else Unfolding<double>.Backward(s.Kernel, dense.Ptr<double>(), x.Ptr<double>());
        GC.KeepAlive(dense);
        return Graph.Needs(columns) ? Graph.Record(x, new FoldNode(s, columns)) : x;
    }

    /// <summary>Sizes of windows with any padding: as columns they need not lie half in the image.</summary>
    public static PoolingSizes Sizes(
        string op, Shape x, Size2 kernelSize, Size2 dilation, Size2 padding, Size2 stride)
    {
        PoolingOptions options = PoolingOptions.Of(op, kernelSize, stride, padding, (Size2?)dilation);
        options.CheckWindow();
        return options.For(x);
    }

    private static Shape Columns(PoolingSizes s) =>
        [s.X[0], s.X[1], s.Kernel.Kernel.Volume, s.Kernel.Output.Volume];
}

internal sealed class UnfoldNode(PoolingSizes sizes, Tensor x) : Op(x)
{
    public override string Name => "unfold";

    public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, Windows.Fold(sizes, dy));
}

internal sealed class FoldNode(PoolingSizes sizes, Tensor columns) : Op(columns)
{
    public override string Name => "fold";

    public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, Windows.Unfold(sizes, dy));
}
