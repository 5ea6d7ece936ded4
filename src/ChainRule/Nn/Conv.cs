using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Convolution of 1, 2 or 3 dimensions with learnt kernels; the formulas stand at <see cref="F.Conv2d"/> and
/// its like.</summary>
/// <typeparam name="TSize">int for sequences, <see cref="Size2"/> for images, <see cref="Size3"/> for
/// volumes.</typeparam>
public abstract class Conv<TSize> : ConvolutionLayer<TSize>, IFusingLayer
    where TSize : struct
{
    private protected Conv(
        int inChannels, int outChannels, TSize kernelSize, TSize stride, ConvPadding padding, TSize dilation,
        int groups, bool bias, PadMode paddingMode, Rng? rng, DType dtype)
        : base(inChannels, outChannels, kernelSize, stride, dilation, groups, transposed: false, bias, rng, dtype)
    {
        padding.Check(Kind, Rank, Options.Stride);
        if (!Enum.IsDefined(paddingMode))
        {
            throw new ArgumentOutOfRangeException(
                nameof(paddingMode), $"{Kind}: {paddingMode} is no mode of padding.");
        }
        (Padding, PaddingMode) = (padding, paddingMode);
    }

    /// <summary>What is added around the input.</summary>
    public ConvPadding Padding { get; }

    /// <summary>What the added entries hold.</summary>
    public PadMode PaddingMode { get; }

    private protected sealed override string PaddingSummary => (Padding == ConvPadding.Valid, PaddingMode) switch
    {
        (true, _) => "",
        (_, PadMode.Constant) => $", padding {Padding}",
        _ => $", padding {Padding} {PaddingMode}",
    };

    /// <inheritdoc/>
    protected internal sealed override long MultiplyAdds(Shape input, Shape output) =>
        (long)output.Count * (Weight.Value.Count / OutChannels);

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x) =>
        Convolve.Apply(Options, x, Weight, Bias, Padding, PaddingMode);

    Tensor IFusingLayer.ForwardFused(Tensor x, FusedActivation activation) =>
        Convolve.Apply(Options, x, Weight, Bias, Padding, PaddingMode, activation);
}
