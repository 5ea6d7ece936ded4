using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Cross-correlation of volumes with kernels: y[n, o, h, i, j] = b[o] + sum over c, t, u, v of w[o, c, t, u, v]
    /// x[n, c, h s + t d - p, i s + u d - p, j s + v d - p], where x is 0 outside, s is the stride, p the padding
    /// before and d the dilation.
    /// </summary>
    /// <param name="x"><c>[N, C, D, H, W]</c> float32 or float64.</param>
    /// <param name="weight"><c>[outChannels, C / groups, kernelD, kernelH, kernelW]</c> same dtype.</param>
    /// <param name="bias"><c>[outChannels]</c> same dtype, or null for none.</param>
    /// <param name="stride">Voxels from one window to the next; 1 if left out.</param>
    /// <param name="padding">Zeros before and after each dimension, or <see cref="ConvPadding.Same"/>; none if left
    /// out.</param>
    /// <param name="dilation">Voxels from one tap of the kernel to the next; 1 if left out.</param>
    /// <param name="groups">Channels are split into this many parts that do not see each other.</param>
    /// <param name="activation">What is done to the result within the operation.</param>
    /// <returns><c>[N, outChannels, Dout, Hout, Wout]</c> with Dout = floor((D + before + after - dilation*(kernelD -
    /// 1) - 1) / stride) + 1, and Hout and Wout likewise.</returns>
    /// <exception cref="ShapeException">The sizes do not fit, or the kernel is larger than the padded
    /// volume.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Stride, dilation or groups is below 1, padding is negative,
    /// or there is no such activation.</exception>
    /// <exception cref="ArgumentException">The padding has numbers for another rank, or keeps the size with another
    /// stride than 1.</exception>
    /// <remarks>
    /// Cost: 2 N outChannels Dout Hout Wout (C / groups) kernelD kernelH kernelW operations; the gradients twice that.
    /// </remarks>
    public static Tensor Conv3d(
        Tensor x, Tensor weight, Tensor? bias = null, Size3? stride = null, ConvPadding padding = default,
        Size3? dilation = null, int groups = 1,
        FusedActivation activation = FusedActivation.None) =>
        Convolve.Apply(
            ConvolutionOptions.Of<Size3>("Conv3d", stride ?? 1, dilation ?? 1, groups), x, weight, bias, padding,
            activation: activation);
}
