using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Trainable sub-sampling of LeNet-5; the formula stands at <see cref="F.SubSampling2d"/>.</summary>
/// <remarks>
/// Takes <c>[N, channels, H, W]</c>, gives <c>[N, channels, floor(H / kernelH), floor(W / kernelW)]</c>. The weight
/// starts as the mean of a window, the bias as 0.
/// </remarks>
/// <torch>none</torch>
public sealed class SubSampling2d : Layer
{
    /// <summary>A layer that starts as tanh of the mean.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="kernelSize">Height and width of a window; 2 if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public SubSampling2d(int channels, Size2? kernelSize = null, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        NeedFloat(dtype);
        (Channels, KernelSize) = (channels, kernelSize ?? 2);
        PoolingOptions.Of("SubSampling2d", KernelSize, KernelSize).Check();
        Weight = AddParameter(
            "weight", Init.Constant([channels], 1.0 / (KernelSize.H * KernelSize.W), dtype));
        Bias = AddParameter("bias", Init.Zeros([channels], dtype));
    }

    /// <summary>Channels of the input.</summary>
    public int Channels { get; }

    /// <summary>Height and width of a window.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Factor of the sums, <c>[channels]</c>.</summary>
    public Parameter Weight { get; }

    /// <summary>Bias, <c>[channels]</c>.</summary>
    public Parameter Bias { get; }

    /// <inheritdoc/>
    public override string Summary => $"SubSampling2d {Channels}, {KernelSize}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.SubSampling2d(x, Weight, Bias, KernelSize);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) =>
        x.Rank != 4 || x.Shape[1] != Channels ? $"[N, {Channels}, H, W]" : null;
}
