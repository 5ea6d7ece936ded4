using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Cross-correlation of sequences with kernels: y[n, o, i] = b[o] + sum over c, u of w[o, c, u] x[n, c, i s + u d -
    /// p], where x is 0 outside, s is the stride, p the padding before and d the dilation.
    /// </summary>
    /// <param name="x"><c>[N, C, L]</c> float32 or float64.</param>
    /// <param name="weight"><c>[outChannels, C / groups, kernelL]</c> same dtype.</param>
    /// <param name="bias"><c>[outChannels]</c> same dtype, or null for none.</param>
    /// <param name="stride">Positions from one window to the next; 1 if left out.</param>
    /// <param name="padding">Zeros before and after each dimension, or <see cref="ConvPadding.Same"/>; none if left
    /// out.</param>
    /// <param name="dilation">Positions from one tap of the kernel to the next; 1 if left out.</param>
    /// <param name="groups">Channels are split into this many parts that do not see each other.</param>
    /// <param name="activation">What is done to the result within the operation.</param>
    /// <returns><c>[N, outChannels, Lout]</c> with Lout = floor((L + before + after - dilation*(kernelL - 1) - 1) /
    /// stride) + 1.</returns>
    /// <exception cref="ShapeException">The sizes do not fit, or the kernel is larger than the padded
    /// sequence.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Stride, dilation or groups is below 1, padding is negative,
    /// or there is no such activation.</exception>
    /// <exception cref="ArgumentException">The padding has numbers for another rank, or keeps the size with another
    /// stride than 1.</exception>
    /// <remarks>
    /// Cost: 2 N outChannels Lout (C / groups) kernelL operations; the gradients twice that.
    /// </remarks>
    public static Tensor Conv1d(
        Tensor x, Tensor weight, Tensor? bias = null, int stride = 1, ConvPadding padding = default,
        int dilation = 1, int groups = 1,
        FusedActivation activation = FusedActivation.None) =>
        Convolve.Apply(
            ConvolutionOptions.Of("Conv1d", stride, dilation, groups), x, weight, bias, padding,
            activation: activation);
}
