using ChainRule.Kernels.Convolution;

namespace ChainRule.Ops;

/// <summary>Convolution of 1, 2 and 3 dimensions: checks, edges and sizes around <see cref="Convolutions"/>.</summary>
internal static class Convolve
{
    public static Tensor Apply(
        in ConvolutionOptions options, Tensor x, Tensor weight, Tensor? bias, ConvPadding padding,
        PadMode mode = PadMode.Constant, FusedActivation activation = FusedActivation.None)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        int rank = options.Rank;
        options.Check();
        padding.Check(options.Op, rank, options.Stride);
        bool relu = FusedRelu.In(options.Op, activation);
        options.Check(x, weight, bias, transposed: false);
        Extent kernel = Extents.Of(weight.Shape, rank), span = Extents.Span(kernel, options.Dilation);
        (Extent before, Extent after) = padding.For(rank, span);
        Extent padded = Extents.Of(x.Shape, rank) + before + after;
        if (!(padded - span).Within(0))
        {
            string spread = options.Dilation == Extent.One ? "" : $" (dilated: {Extents.Text(span, rank)})";
            throw new ShapeException(
                $"{options.Op}: kernel {Extents.Text(kernel, rank)}{spread} is larger than the padded "
                + $"{Extents.Noun(rank)} {Extents.Text(padded, rank)} of {x.Shape}.",
                x.Shape, weight.Shape);
        }
        if (mode != PadMode.Constant)
        {
            x = x.Pad(Extents.Pairs(rank, before, after), mode);
            before = Extent.Zero;
        }
        else if (before != after)
        {
            // The kernels pad both sides alike.
            x = x.Pad(Extents.Pairs(rank, Extent.Zero, after - before));
        }
        ConvolutionShape shape = new(
            x.Shape[0], x.Shape[1], weight.Shape[0], Extents.Of(x.Shape, rank), kernel, options.Stride, before,
            options.Dilation, options.Groups);
        Shape y = Extents.ShapeOf(x.Shape[0], weight.Shape[0], shape.Output, rank);
        return Convolutions.Forward(ConvolutionSizes.Of(shape, x.Shape, weight.Shape, y), x, weight, bias, relu);
    }
}
