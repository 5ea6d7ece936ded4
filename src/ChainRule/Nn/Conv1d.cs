namespace ChainRule.Nn;

/// <summary>Cross-correlation of sequences with learnt kernels; the formula stands at <see cref="F.Conv1d"/>.</summary>
/// <remarks>
/// Takes <c>[N, inChannels, L]</c>, gives <c>[N, outChannels, Lout]</c> with Lout = floor((L + before + after -
/// dilation*(kernelSize - 1) - 1) / stride) + 1. The weight is <c>[outChannels, inChannels / groups, kernelL]</c>; it
/// and the bias start uniform in [-k, k) with k = 1 / sqrt(inChannels / groups * kernelL), as in PyTorch.
/// </remarks>
public sealed class Conv1d : Conv<int>
{
    /// <summary>A layer with fresh kernels.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">Length of a kernel.</param>
    /// <param name="stride">Positions from one window to the next; 1 if left out.</param>
    /// <param name="padding">Entries before and after each dimension, or <see cref="ConvPadding.Same"/>; none if left
    /// out.</param>
    /// <param name="dilation">Positions from one tap of a kernel to the next; 1 if left out.</param>
    /// <param name="groups">Channels are split into this many parts that do not see each other.</param>
    /// <param name="bias">Add a bias.</param>
    /// <param name="paddingMode">What the added entries hold: zeros, or what the input gives.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels, or the padding does not
    /// fit.</exception>
    public Conv1d(
        int inChannels, int outChannels, int kernelSize, int stride = 1, ConvPadding padding = default,
        int dilation = 1, int groups = 1, bool bias = true, PadMode paddingMode = PadMode.Constant, Rng? rng = null,
        DType dtype = DType.Float32)
        : base(
            inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias, paddingMode, rng, dtype)
    {
    }

    private protected override string Kind => "Conv1d";
}
