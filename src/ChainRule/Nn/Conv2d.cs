using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Cross-correlation of images with learnt kernels; the formula stands at <see cref="F.Conv2d"/>.</summary>
/// <remarks>
/// Takes <c>[N, inChannels, H, W]</c>, gives <c>[N, outChannels, Hout, Wout]</c> with
/// Hout = floor((H + 2*padding - dilation*(kernelSize - 1) - 1) / stride) + 1, and Wout likewise. Weight and bias start
/// uniform in [-k, k) with k = 1 / sqrt(inChannels / groups * kernelH * kernelW), as in PyTorch.
/// </remarks>
public sealed class Conv2d : Layer
{
    /// <summary>A layer with fresh kernels.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output: how many kernels there are.</param>
    /// <param name="kernelSize">Height and width of a kernel.</param>
    /// <param name="stride">Pixels from one window to the next; 1 if left out.</param>
    /// <param name="padding">Rows and columns of zeros on each side.</param>
    /// <param name="dilation">Pixels from one tap of a kernel to the next; 1 if left out.</param>
    /// <param name="groups">Channels are split into this many parts that do not see each other.</param>
    /// <param name="bias">Add a bias.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels.</exception>
    public Conv2d(
        int inChannels, int outChannels, Size2 kernelSize, Size2? stride = null, Size2 padding = default,
        Size2? dilation = null, int groups = 1, bool bias = true, Rng? rng = null, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outChannels, 1);
        if (kernelSize.H < 1 || kernelSize.W < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(kernelSize), $"Conv2d: kernelSize must be 1 or more, got {kernelSize}.");
        }
        (Stride, Padding, Dilation, Groups) = (stride ?? 1, padding, dilation ?? 1, groups);
        Conv2dCheck.Options(Stride, Padding, Dilation, Groups);
        if (inChannels % groups != 0 || outChannels % groups != 0)
        {
            throw new ArgumentException(
                $"Conv2d: {groups} groups do not divide {inChannels} input and {outChannels} output channels.",
                nameof(groups));
        }
        (InChannels, OutChannels, KernelSize) = (inChannels, outChannels, kernelSize);
        rng ??= Init.NextRng();
        Shape shape = [outChannels, inChannels / groups, kernelSize.H, kernelSize.W];
        double bound = 1 / Math.Sqrt(Init.Fans(shape).FanIn);
        Weight = AddParameter("weight", Init.Uniform(shape, bound, rng, dtype));
        Bias = bias ? AddParameter("bias", Init.Uniform([outChannels], bound, rng, dtype)) : null;
    }

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; }

    /// <summary>Channels of the output.</summary>
    public int OutChannels { get; }

    /// <summary>Height and width of a kernel.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Pixels from one window to the next.</summary>
    public Size2 Stride { get; }

    /// <summary>Rows and columns of zeros on each side.</summary>
    public Size2 Padding { get; }

    /// <summary>Pixels from one tap of a kernel to the next.</summary>
    public Size2 Dilation { get; }

    /// <summary>Parts of the channels that do not see each other.</summary>
    public int Groups { get; }

    /// <summary>Kernels, <c>[outChannels, inChannels / groups, kernelH, kernelW]</c>.</summary>
    public Parameter Weight { get; }

    /// <summary>Bias, <c>[outChannels]</c>; null without one.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override string Summary =>
        $"Conv2d {InChannels} -> {OutChannels}, {KernelSize}" + (Stride == 1 ? "" : $", stride {Stride.Short()}")
        + (Padding == 0 ? "" : $", padding {Padding.Short()}") + (Dilation == 1 ? "" : $", dilation {Dilation.Short()}")
        + (Groups == 1 ? "" : $", groups {Groups}") + (Bias is null ? ", no bias" : "");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.Conv2d(x, Weight, Bias, Stride, Padding, Dilation, Groups);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) =>
        x.Rank != 4 || x.Shape[1] != InChannels ? $"[N, {InChannels}, H, W]" : null;
}
