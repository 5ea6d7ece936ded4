using ChainRule.Kernels.Convolution;

namespace ChainRule.Ops;

/// <summary>
/// Transposed convolution of 1, 2 and 3 dimensions: the gradient that a convolution gives its input, as an operator.
/// The kernels are those of the convolution, with input and output exchanged.
/// </summary>
internal static class ConvolveTransposed
{
    public static Tensor Apply(
        in ConvolutionOptions options, Tensor x, Tensor weight, Tensor? bias, Extent padding, Extent outputPadding)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        int rank = options.Rank;
        Check(options, padding, outputPadding);
        options.Check(x, weight, bias, transposed: true);
        Extent image = Extents.Of(x.Shape, rank), kernel = Extents.Of(weight.Shape, rank), stride = options.Stride;
        Extent output = ((image - Extent.One) * stride) - padding - padding
            + Extents.Span(kernel, options.Dilation) + outputPadding;
        if (!image.Within(1) || !output.Within(1))
        {
            throw new ShapeException(
                $"{options.Op}: kernel {Extents.Text(kernel, rank)} with padding {Extents.Text(padding, rank)} gives "
                + $"an empty {Extents.Noun(rank)}, {Extents.Text(output, rank)}, for {x.Shape}.",
                x.Shape, weight.Shape);
        }

        // With a stride or more added behind, the convolution of the output has windows that x has not: they are 0.
        Extent more = outputPadding / stride;
        if (more != Extent.Zero) x = x.Pad(Extents.Pairs(rank, Extent.Zero, more));

        int n = x.Shape[0], outputs = weight.Shape[1] * options.Groups;
        ConvolutionShape shape = new(
            n, outputs, weight.Shape[0], output, kernel, stride, padding, options.Dilation, options.Groups);
        ConvolutionSizes sizes = new(shape, Extents.ShapeOf(n, outputs, output, rank), weight.Shape, x.Shape);
        Tensor y = Convolutions.Data(sizes, x, weight);
        return bias is null ? y : y + bias.Reshape(Extents.ShapeOf(1, outputs, Extent.One, rank));
    }

    public static void Check(in ConvolutionOptions options, Extent padding, Extent outputPadding)
    {
        (string op, int rank) = (options.Op, options.Rank);
        options.Check();
        if (!padding.Within(0)) throw Extents.Range(op, "padding", padding, rank, "0 or more");
        for (int d = 3 - rank; d < 3; d++)
        {
            int limit = Math.Max(options.Stride[d], options.Dilation[d]);
            if (outputPadding[d] >= 0 && outputPadding[d] < limit) continue;
            throw Extents.Range(
                op, "outputPadding", outputPadding, rank, "0 or more, and below the stride or the dilation");
        }
    }
}
