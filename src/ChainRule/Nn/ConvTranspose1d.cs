namespace ChainRule.Nn;

/// <summary>Transposed convolution of sequences with learnt kernels; the formula stands at <see
/// cref="F.ConvTranspose1d"/>.</summary>
/// <remarks>
/// Takes <c>[N, inChannels, L]</c>, gives <c>[N, outChannels, Lout]</c> with Lout = (L - 1)*stride - 2*padding +
/// dilation*(kernelSize - 1) + outputPadding + 1. The weight is <c>[inChannels, outChannels / groups, kernelL]</c>; it
/// and the bias start uniform in [-k, k) with k = 1 / sqrt(outChannels / groups * kernelL), as in PyTorch.
/// </remarks>
public sealed class ConvTranspose1d : ConvTranspose<int>
{
    /// <summary>A layer with fresh kernels.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">Length of a kernel.</param>
    /// <param name="stride">Positions of the output from one of the input to the next; 1 if left out.</param>
    /// <param name="padding">What is cut from either end of each dimension of the output.</param>
    /// <param name="outputPadding">What is added behind each dimension of the output; below the stride or the
    /// dilation.</param>
    /// <param name="groups">Channels are split into this many parts that do not see each other.</param>
    /// <param name="bias">Add a bias.</param>
    /// <param name="dilation">Positions from one tap of a kernel to the next; 1 if left out.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels.</exception>
    public ConvTranspose1d(
        int inChannels, int outChannels, int kernelSize, int stride = 1, int padding = 0, int outputPadding = 0,
        int groups = 1, bool bias = true, int dilation = 1, Rng? rng = null, DType dtype = DType.Float32)
        : base(
            inChannels, outChannels, kernelSize, stride, padding, outputPadding, groups, bias, dilation, rng, dtype)
    {
    }

    private protected override string Kind => "ConvTranspose1d";
}
