namespace ChainRule.Nn;

/// <summary>Transposed convolution of volumes with learnt kernels; the formula stands at <see
/// cref="F.ConvTranspose3d"/>.</summary>
/// <remarks>
/// Takes <c>[N, inChannels, D, H, W]</c>, gives <c>[N, outChannels, Dout, Hout, Wout]</c> with Dout = (D - 1)*stride -
/// 2*padding + dilation*(kernelSize - 1) + outputPadding + 1, and Hout and Wout likewise. The weight is <c>[inChannels,
/// outChannels / groups, kernelD, kernelH, kernelW]</c>; it and the bias start uniform in [-k, k) with k = 1 /
/// sqrt(outChannels / groups * kernelD * kernelH * kernelW), as in PyTorch.
/// </remarks>
public sealed class ConvTranspose3d : ConvTranspose<Size3>
{
    /// <summary>A layer with fresh kernels.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernelSize">Depth, height and width of a kernel.</param>
    /// <param name="stride">Voxels of the output from one of the input to the next; 1 if left out.</param>
    /// <param name="padding">What is cut from either end of each dimension of the output.</param>
    /// <param name="outputPadding">What is added behind each dimension of the output; below the stride or the
    /// dilation.</param>
    /// <param name="groups">Channels are split into this many parts that do not see each other.</param>
    /// <param name="bias">Add a bias.</param>
    /// <param name="dilation">Voxels from one tap of a kernel to the next; 1 if left out.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels.</exception>
    public ConvTranspose3d(
        int inChannels, int outChannels, Size3 kernelSize, Size3? stride = null, Size3 padding = default,
        Size3 outputPadding = default, int groups = 1, bool bias = true, Size3? dilation = null, Rng? rng = null,
        DType dtype = DType.Float32)
        : base(
            inChannels, outChannels, kernelSize, stride ?? 1, padding, outputPadding, groups, bias, dilation ?? 1,
            rng, dtype)
    {
    }

    private protected override string Kind => "ConvTranspose3d";
}
