using ChainRule.Kernels.Convolution;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>What convolutions of 1, 2 and 3 dimensions share, in both directions: numbers, kernels and bias.</summary>
/// <typeparam name="TSize">int for sequences, <see cref="Size2"/> for images, <see cref="Size3"/> for
/// volumes.</typeparam>
/// <remarks>
/// Weight and bias start uniform in [-k, k), k = 1 / sqrt(fan-in), with the weight's second size times the volume of
/// the kernel for the fan-in, as in PyTorch.
/// </remarks>
public abstract class ConvolutionLayer<TSize> : Layer
    where TSize : struct
{
    private protected ConvolutionLayer(
        int inChannels, int outChannels, TSize kernelSize, TSize stride, TSize dilation, int groups, bool transposed,
        bool bias, Rng? rng, DType dtype)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outChannels, 1);
        NeedFloat(dtype);
        (Stride, Dilation, Groups) = (stride, dilation, groups);
        Extent kernel = Extents.Of(kernelSize, 1);
        if (!kernel.Within(1)) throw Extents.Range(Kind, "kernelSize", kernel, Rank, "1 or more");
        Options.Check();
        if (inChannels % groups != 0 || outChannels % groups != 0)
        {
            throw new ArgumentException(
                $"{Kind}: {groups} groups do not divide {inChannels} input and {outChannels} output channels.",
                nameof(groups));
        }
        (InChannels, OutChannels, KernelSize) = (inChannels, outChannels, kernelSize);
        rng ??= Init.NextRng();
        Shape shape = transposed
            ? Extents.ShapeOf(inChannels, outChannels / groups, kernel, Rank)
            : Extents.ShapeOf(outChannels, inChannels / groups, kernel, Rank);
        double bound = 1 / Math.Sqrt(Init.Fans(shape).FanIn);
        Weight = AddParameter("weight", Init.Uniform(shape, bound, rng, dtype));
        Bias = bias ? AddParameter("bias", Init.Uniform([outChannels], bound, rng, dtype)) : null;
    }

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; }

    /// <summary>Channels of the output.</summary>
    public int OutChannels { get; }

    /// <summary>Size of a kernel.</summary>
    public TSize KernelSize { get; }

    /// <summary>Entries from one window to the next.</summary>
    public TSize Stride { get; }

    /// <summary>Entries from one tap of a kernel to the next.</summary>
    public TSize Dilation { get; }

    /// <summary>Parts of the channels that do not see each other.</summary>
    public int Groups { get; }

    /// <summary>Kernels, one for each pair of channels that see each other.</summary>
    public Parameter Weight { get; }

    /// <summary>Bias, <c>[outChannels]</c>; null without one.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public sealed override string Summary =>
        $"{Kind} {InChannels} -> {OutChannels}, {Text(KernelSize)}" + Unless("stride", Stride, 1) + PaddingSummary
        + Unless("dilation", Dilation, 1) + (Groups == 1 ? "" : $", groups {Groups}")
        + (Bias is null ? ", no bias" : "");

    /// <summary>The class's name and the operator's.</summary>
    private protected abstract string Kind { get; }

    private protected abstract string PaddingSummary { get; }

    private protected static int Rank => Extents.Rank<TSize>();

    private protected ConvolutionOptions Options => ConvolutionOptions.Of(Kind, Stride, Dilation, Groups);

    /// <inheritdoc/>
    protected internal sealed override string? Expects(Tensor x) =>
        x.Rank != Rank + 2 || x.Shape[1] != InChannels ? Extents.Pattern($"{InChannels}", Rank) : null;

    /// <summary>", name numbers" where they are not what is usual.</summary>
    private protected static string Unless(string name, TSize numbers, int usual)
    {
        string text = Extents.Short(Extents.Of(numbers, usual), Rank);
        return text == $"{usual}" ? "" : $", {name} {text}";
    }

    private static string Text(TSize numbers) => Extents.Text(Extents.Of(numbers, 1), Rank);
}
