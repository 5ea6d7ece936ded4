using ChainRule.Kernels.Convolution;
using ChainRule.Kernels.Pooling;

namespace ChainRule.Ops;

/// <summary>Sizes of a pooling for the kernel, and as the tensors have them.</summary>
internal sealed record PoolingSizes(PoolingShape Kernel, Shape X, Shape Y);

/// <summary>Refuses what does not fit, before anything is computed.</summary>
internal static class Pool2dCheck
{
    public static PoolingSizes Sizes(
        string op, Tensor x, Size2 kernel, Size2 stride, Size2 padding, Size2 dilation, bool ceilMode,
        bool countIncludePad = true, int divisor = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        Options(op, kernel, stride, padding, dilation);
        Elementwise.CheckType(op, x.DType, takesIntegers: false);
        if (x.Rank != 4) throw new ShapeException($"{op}: expects [N, C, H, W], got {x.Shape}.", x.Shape);
        (int n, int c, int h, int w) = x.Shape;
        PoolingShape shape = new(
            n * c, new(1, h, w), new(1, kernel.H, kernel.W), new(1, stride.H, stride.W), new(0, padding.H, padding.W),
            new(1, dilation.H, dilation.W), ceilMode, countIncludePad, divisor);
        Extent y = shape.Output;
        if (y.H == 0 || y.W == 0)
        {
            string spread = dilation == 1 ? "" : $" with dilation {dilation.Short()}";
            throw new ShapeException(
                $"{op}: window {kernel}{spread} is larger than the padded image "
                + $"{h + (2 * padding.H)}x{w + (2 * padding.W)} of {x.Shape}.",
                x.Shape);
        }
        return new PoolingSizes(shape, x.Shape, [n, c, y.H, y.W]);
    }

    public static void Options(string op, Size2 kernel, Size2 stride, Size2 padding, Size2 dilation)
    {
        if (kernel.H < 1 || kernel.W < 1) throw Range(op, "kernelSize", kernel, "1 or more");
        if (stride.H < 1 || stride.W < 1) throw Range(op, "stride", stride, "1 or more");
        if (dilation.H < 1 || dilation.W < 1) throw Range(op, "dilation", dilation, "1 or more");
        if (padding.H < 0 || padding.W < 0 || 2 * padding.H > kernel.H || 2 * padding.W > kernel.W)
            throw Range(op, "padding", padding, $"from 0 to half of the window {kernel}");
    }

    private static ArgumentOutOfRangeException Range(string op, string name, Size2 given, string expected) =>
        new(name, $"{op}: {name} must be {expected}, got {given}.");
}
