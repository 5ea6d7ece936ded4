using ChainRule.Kernels.Convolution;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Transposed convolution of 1, 2 or 3 dimensions with learnt kernels; the formulas stand at
/// <see cref="F.ConvTranspose2d"/> and its like.</summary>
/// <typeparam name="TSize">int for sequences, <see cref="Size2"/> for images, <see cref="Size3"/> for
/// volumes.</typeparam>
public abstract class ConvTranspose<TSize> : ConvolutionLayer<TSize>
    where TSize : struct
{
    private readonly Extent _padding;
    private readonly Extent _outputPadding;

    private protected ConvTranspose(
        int inChannels, int outChannels, TSize kernelSize, TSize stride, TSize padding, TSize outputPadding, int groups,
        bool bias, TSize dilation, Rng? rng, DType dtype)
        : base(inChannels, outChannels, kernelSize, stride, dilation, groups, transposed: true, bias, rng, dtype)
    {
        (Padding, OutputPadding) = (padding, outputPadding);
        (_padding, _outputPadding) = (Extents.Of(padding, 0), Extents.Of(outputPadding, 0));
        ConvolveTransposed.Check(Options, _padding, _outputPadding);
    }

    /// <summary>What is cut from either end of each dimension of the output.</summary>
    public TSize Padding { get; }

    /// <summary>What is added behind each dimension of the output.</summary>
    public TSize OutputPadding { get; }

    private protected sealed override string PaddingSummary =>
        Unless("padding", Padding, 0) + Unless("output padding", OutputPadding, 0);

    /// <inheritdoc/>
    protected internal sealed override long MultiplyAdds(Shape input, Shape output) =>
        (long)input.Count * (Weight.Value.Count / InChannels);

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x) =>
        ConvolveTransposed.Apply(Options, x, Weight, Bias, _padding, _outputPadding);
}
