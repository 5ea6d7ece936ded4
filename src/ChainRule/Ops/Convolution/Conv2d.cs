using ChainRule.Kernels.Convolution;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Cross-correlation of images with kernels: y[n, o, i, j] = b[o] + sum over c, u, v of w[o, c, u, v] x[n, c, i
        /// s + u d - p, j s + v d - p], where x is 0 outside, s is the stride, p the padding and d the dilation.
        /// </summary>
        /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
        /// <param name="weight"><c>[outChannels, C / groups, kernelH, kernelW]</c> same dtype.</param>
        /// <param name="bias"><c>[outChannels]</c> same dtype, or null for none.</param>
        /// <param name="stride">Pixels from one window to the next; 1 if left out.</param>
        /// <param name="padding">Rows and columns of zeros on each side.</param>
        /// <param name="dilation">Pixels from one tap of the kernel to the next; 1 if left out.</param>
        /// <param name="groups">Channels are split into this many parts that do not see each other.</param>
        /// <returns><c>[N, outChannels, Hout, Wout]</c> with Hout = floor((H + 2*padding - dilation*(kernelH - 1) - 1)
        /// / stride) + 1, and Wout likewise.</returns>
        /// <exception cref="ShapeException">The sizes do not fit, or the kernel is larger than the padded
        /// image.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException">Stride, dilation or groups is below 1, or padding is
        /// negative.</exception>
        /// <remarks>
        /// Cost: 2 N outChannels Hout Wout (C / groups) kernelH kernelW operations; the gradients twice that.
        /// </remarks>
        public static Tensor Conv2d(
            Tensor x, Tensor weight, Tensor? bias = null, Size2? stride = null, Size2 padding = default,
            Size2? dilation = null, int groups = 1)
        {
            ConvolutionSizes sizes = Conv2dCheck.Sizes(x, weight, bias, stride ?? 1, padding, dilation ?? 1, groups);
            return Convolutions.Forward(sizes, x, weight, bias);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>Refuses what does not fit, before anything is computed.</summary>
    internal static class Conv2dCheck
    {
        public static ConvolutionSizes Sizes(
            Tensor x, Tensor weight, Tensor? bias, Size2 stride, Size2 padding, Size2 dilation, int groups)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(weight);
            Options(stride, padding, dilation, groups);
            Elementwise.CheckType("Conv2d", x.DType, takesIntegers: false);
            if (weight.Rank != 4 || weight.Count == 0)
            {
                throw new ShapeException(
                    "Conv2d: weight must be [outChannels, inChannels / groups, kernelH, kernelW], none of them 0, "
                    + $"got {weight.Shape}.",
                    weight.Shape);
            }
            (int outputs, int perGroup, int kernelH, int kernelW) = weight.Shape;
            if (x.Rank != 4 || x.Shape[1] != perGroup * groups)
            {
                throw new ShapeException(
                    $"Conv2d: expects [N, {perGroup * groups}, H, W], got {x.Shape}.\n  "
                    + $"{Elementwise.Operand("x", x)}    "
                    + $"{Elementwise.Operand("weight", weight)}{(groups == 1 ? "" : $"    groups: {groups}")}",
                    x.Shape, weight.Shape);
            }
            if (outputs % groups != 0)
            {
                throw new ShapeException(
                    $"Conv2d: {groups} groups do not divide {outputs} output channels.", weight.Shape);
            }
            if (bias is not null && bias.Shape != [outputs])
                throw new ShapeException($"Conv2d: bias must be [{outputs}], got {bias.Shape}.", bias.Shape);
            if (weight.DType != x.DType || (bias is not null && bias.DType != x.DType))
            {
                throw new DTypeException(
                    $"Conv2d: x is {x.DType.Text()}, weight {weight.DType.Text()}"
                    + $"{(bias is null ? "" : ", bias " + bias.DType.Text())}; all must be equal.",
                    x.DType, weight.DType);
            }
            ConvolutionShape shape = new(
                x.Shape[0], x.Shape[1], outputs, new(1, x.Shape[2], x.Shape[3]), new(1, kernelH, kernelW),
                new(1, stride.H, stride.W),
                new(0, padding.H, padding.W), new(1, dilation.H, dilation.W), groups);
            Extent y = shape.Output;
            if (y.H == 0 || y.W == 0)
            {
                Size2 span = (Span(kernelH, dilation.H), Span(kernelW, dilation.W));
                string spread = dilation == 1 ? "" : $" (dilated: {span})";
                throw new ShapeException(
                    $"Conv2d: kernel {kernelH}x{kernelW}{spread} is larger than the padded image "
                    + $"{x.Shape[2] + (2 * padding.H)}x{x.Shape[3] + (2 * padding.W)} of {x.Shape}.",
                    x.Shape, weight.Shape);
            }
            return new ConvolutionSizes(shape, x.Shape, weight.Shape, [x.Shape[0], outputs, y.H, y.W]);
        }

        public static void Options(Size2 stride, Size2 padding, Size2 dilation, int groups)
        {
            if (stride.H < 1 || stride.W < 1) throw Range(nameof(stride), stride, "1 or more");
            if (padding.H < 0 || padding.W < 0) throw Range(nameof(padding), padding, "0 or more");
            if (dilation.H < 1 || dilation.W < 1) throw Range(nameof(dilation), dilation, "1 or more");
            if (groups < 1)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(groups), $"Conv2d: groups must be 1 or more, got {groups}.");
            }
        }

        private static ArgumentOutOfRangeException Range(string name, Size2 given, string expected) =>
            new(name, $"Conv2d: {name} must be {expected}, got {given}.");

        private static int Span(int kernel, int dilation) => (dilation * (kernel - 1)) + 1;
    }
}
