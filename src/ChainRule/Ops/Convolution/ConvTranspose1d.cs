using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Transposed convolution of sequences: each x[n, c, i] adds w[c, o, u] x[n, c, i] to y[n, o, i s + u d - p], and
    /// b[o] is added; s is the stride, p the padding and d the dilation. It is the gradient that <see cref="Conv1d"/>
    /// with the same weight gives its input.
    /// </summary>
    /// <param name="x"><c>[N, C, L]</c> float32 or float64.</param>
    /// <param name="weight"><c>[C, outChannels / groups, kernelL]</c> same dtype.</param>
    /// <param name="bias"><c>[outChannels]</c> same dtype, or null for none.</param>
    /// <param name="stride">Positions of the output from one of the input to the next; 1 if left out.</param>
    /// <param name="padding">What is cut from either end of each dimension of the output.</param>
    /// <param name="outputPadding">What is added behind each dimension of the output; below the stride or the
    /// dilation.</param>
    /// <param name="groups">Channels are split into this many parts that do not see each other.</param>
    /// <param name="dilation">Positions from one tap of the kernel to the next; 1 if left out.</param>
    /// <returns><c>[N, outChannels, Lout]</c> with Lout = (L - 1)*stride - 2*padding + dilation*(kernelL - 1) +
    /// outputPadding + 1.</returns>
    /// <exception cref="ShapeException">The sizes do not fit, or the output would be empty.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Stride, dilation or groups is below 1, padding is negative, or the
    /// output padding is out of its range.</exception>
    /// <remarks>
    /// Cost: as the convolution from the output to the input. Source: Zeiler, Krishnan, Taylor and Fergus,
    /// "Deconvolutional networks" (2010).
    /// </remarks>
    public static Tensor ConvTranspose1d(
        Tensor x, Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0,
        int outputPadding = 0, int groups = 1, int dilation = 1) =>
        ConvolveTransposed.Apply(
            ConvolutionOptions.Of("ConvTranspose1d", stride, dilation, groups), x, weight, bias,
            Extents.Of(padding, 0), Extents.Of(outputPadding, 0));
}
