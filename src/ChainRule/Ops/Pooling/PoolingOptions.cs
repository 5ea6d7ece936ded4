using ChainRule.Kernels.Convolution;
using ChainRule.Kernels.Pooling;

namespace ChainRule.Ops;

/// <summary>Sizes of a pooling for the kernel, and as the tensors have them.</summary>
internal sealed record PoolingSizes(PoolingShape Kernel, Shape X, Shape Y)
{
    private static readonly PoolingSizes?[] Cache = new PoolingSizes?[64];

    /// <summary>The sizes, made once for a network that meets them at every step.</summary>
    public static PoolingSizes Of(in PoolingShape kernel, Shape x, Shape y)
    {
        ref PoolingSizes? slot = ref Cache[(uint)((x.GetHashCode() * 31) + y.GetHashCode()) % 64];
        PoolingSizes? found = Volatile.Read(ref slot);
        if (found is not null && found.X == x && found.Y == y && found.Kernel == kernel) return found;
        PoolingSizes made = new(kernel, x, y);
        Volatile.Write(ref slot, made);
        return made;
    }
}

/// <summary>Options of a pooling of 1, 2 or 3 dimensions, and the checks that all poolings by windows share.</summary>
/// <param name="Op">The operator's name, for errors.</param>
/// <param name="Rank">Dimensions beside batch and channels.</param>
/// <param name="Kernel">Size of a window.</param>
/// <param name="Stride">Distance of windows.</param>
/// <param name="Padding">Entries before and after each dimension.</param>
/// <param name="Dilation">Distance of the positions of a window.</param>
/// <param name="CeilMode">Keeps a last window that is not whole.</param>
internal readonly record struct PoolingOptions(
    string Op, int Rank, Extent Kernel, Extent Stride, Extent Padding, Extent Dilation, bool CeilMode)
{
    public static PoolingOptions Of<TSize>(
        string op, TSize kernel, TSize stride, TSize padding = default, TSize? dilation = null, bool ceilMode = false)
        where TSize : struct =>
        new(op, Extents.Rank<TSize>(), Extents.Of(kernel, 1), Extents.Of(stride, 1), Extents.Of(padding, 0),
            dilation is { } d ? Extents.Of(d, 1) : Extent.One, ceilMode);

    /// <summary>Refuses numbers out of their range.</summary>
    public void Check()
    {
        CheckWindow();
        if (!(Kernel - Padding - Padding).Within(0))
        {
            string expected = $"from 0 to half of the window {Extents.Text(Kernel, Rank)}";
            throw Extents.Range(Op, "padding", Padding, Rank, expected);
        }
    }

    /// <summary>As <see cref="Check"/>, for windows that may lie in the padding alone.</summary>
    public void CheckWindow()
    {
        if (!Kernel.Within(1)) throw Extents.Range(Op, "kernelSize", Kernel, Rank, "1 or more");
        if (!Stride.Within(1)) throw Extents.Range(Op, "stride", Stride, Rank, "1 or more");
        if (!Dilation.Within(1)) throw Extents.Range(Op, "dilation", Dilation, Rank, "1 or more");
        if (!Padding.Within(0)) throw Extents.Range(Op, "padding", Padding, Rank, "0 or more");
    }

    /// <summary>Refuses what does not fit, before anything is computed.</summary>
    public PoolingSizes For(Tensor x, bool countIncludePad = true, int divisor = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        Check();
        CheckInput(Op, x, Rank);
        return For(x.Shape, countIncludePad, divisor);
    }

    /// <summary>Sizes for an input of a shape; refuses a window that is larger.</summary>
    public PoolingSizes For(Shape x, bool countIncludePad = true, int divisor = 0)
    {
        Extent image = Extents.Of(x, Rank);
        PoolingShape shape = new(
            x[0] * x[1], image, Kernel, Stride, Padding, Dilation, CeilMode, countIncludePad, divisor);
        Extent y = shape.Output;
        if (!y.Within(1))
        {
            string spread = Dilation == Extent.One ? "" : $" with dilation {Extents.Short(Dilation, Rank)}";
            throw new ShapeException(
                $"{Op}: window {Extents.Text(Kernel, Rank)}{spread} is larger than the padded {Extents.Noun(Rank)} "
                + $"{Extents.Text(image + Padding + Padding, Rank)} of {x}.",
                x);
        }
        return PoolingSizes.Of(shape, x, Extents.ShapeOf(x[0], x[1], y, Rank));
    }

    public static void CheckInput(string op, Tensor x, int rank)
    {
        ArgumentNullException.ThrowIfNull(x);
        Elementwise.CheckType(op, x.DType, takesIntegers: false);
        if (x.Rank != rank + 2)
            throw new ShapeException($"{op}: expects {Extents.Pattern("C", rank)}, got {x.Shape}.", x.Shape);
    }
}
