using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Transposed convolution of volumes: each x[n, c, h, i, j] adds w[c, o, t, u, v] x[n, c, h, i, j] to y[n, o, h s +
    /// t d - p, i s + u d - p, j s + v d - p], and b[o] is added; s is the stride, p the padding and d the dilation. It
    /// is the gradient that <see cref="Conv3d"/> with the same weight gives its input.
    /// </summary>
    /// <param name="x"><c>[N, C, D, H, W]</c> float32 or float64.</param>
    /// <param name="weight"><c>[C, outChannels / groups, kernelD, kernelH, kernelW]</c> same dtype.</param>
    /// <param name="bias"><c>[outChannels]</c> same dtype, or null for none.</param>
    /// <param name="stride">Voxels of the output from one of the input to the next; 1 if left out.</param>
    /// <param name="padding">What is cut from either end of each dimension of the output.</param>
    /// <param name="outputPadding">What is added behind each dimension of the output; below the stride or the
    /// dilation.</param>
    /// <param name="groups">Channels are split into this many parts that do not see each other.</param>
    /// <param name="dilation">Voxels from one tap of the kernel to the next; 1 if left out.</param>
    /// <returns><c>[N, outChannels, Dout, Hout, Wout]</c> with Dout = (D - 1)*stride - 2*padding + dilation*(kernelD -
    /// 1) + outputPadding + 1, and Hout and Wout likewise.</returns>
    /// <exception cref="ShapeException">The sizes do not fit, or the output would be empty.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Stride, dilation or groups is below 1, padding is negative, or the
    /// output padding is out of its range.</exception>
    /// <remarks>
    /// Cost: as the convolution from the output to the input. Source: Zeiler, Krishnan, Taylor and Fergus,
    /// "Deconvolutional networks" (2010).
    /// </remarks>
    public static Tensor ConvTranspose3d(
        Tensor x, Tensor weight, Tensor? bias = null, Size3? stride = null, Size3 padding = default,
        Size3 outputPadding = default, int groups = 1, Size3? dilation = null) =>
        ConvolveTransposed.Apply(
            ConvolutionOptions.Of<Size3>("ConvTranspose3d", stride ?? 1, dilation ?? 1, groups), x, weight, bias,
            Extents.Of(padding, 0), Extents.Of(outputPadding, 0));
}
