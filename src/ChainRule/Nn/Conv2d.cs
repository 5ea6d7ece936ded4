namespace ChainRule.Nn;

/// <summary>Cross-correlation of images with learnt kernels; the formula stands at <see cref="F.Conv2d"/>.</summary>
/// <remarks>
/// Takes <c>[N, inChannels, H, W]</c>, gives <c>[N, outChannels, Hout, Wout]</c> with Hout = floor((H + before + after
/// - dilation*(kernelSize - 1) - 1) / stride) + 1, and Wout likewise. The weight is <c>[outChannels, inChannels /
/// groups, kernelH, kernelW]</c>; it and the bias start uniform in [-k, k) with k = 1 / sqrt(inChannels / groups *
/// kernelH * kernelW), as in PyTorch.
/// </remarks>
public sealed class Conv2d : Conv<Size2>
{
    /// <summary>A layer with fresh kernels.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">Height and width of a kernel.</param>
    /// <param name="stride">Pixels from one window to the next; 1 if left out.</param>
    /// <param name="padding">Entries before and after each dimension, or <see cref="ConvPadding.Same"/>; none if left
    /// out.</param>
    /// <param name="dilation">Pixels from one tap of a kernel to the next; 1 if left out.</param>
    /// <param name="groups">Channels are split into this many parts that do not see each other.</param>
    /// <param name="bias">Add a bias.</param>
    /// <param name="paddingMode">What the added entries hold: zeros, or what the input gives.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels, or the padding does not
    /// fit.</exception>
    public Conv2d(
        int inChannels, int outChannels, Size2 kernelSize, Size2? stride = null, ConvPadding padding = default,
        Size2? dilation = null, int groups = 1, bool bias = true, PadMode paddingMode = PadMode.Constant,
        Rng? rng = null, DType dtype = DType.Float32)
        : base(
            inChannels, outChannels, kernelSize, stride ?? 1, padding, dilation ?? 1, groups, bias, paddingMode, rng,
            dtype)
    {
    }

    private protected override string Kind => "Conv2d";
}
