using ChainRule.Kernels.Convolution;

namespace ChainRule.Ops;

/// <summary>Options of a convolution of 1, 2 or 3 dimensions, and the checks that both directions share.</summary>
/// <param name="Op">The operator's name, for errors.</param>
/// <param name="Rank">Dimensions beside batch and channels.</param>
/// <param name="Stride">Distance of windows.</param>
/// <param name="Dilation">Distance of taps.</param>
/// <param name="Groups">Parts of the channels that do not see each other.</param>
internal readonly record struct ConvolutionOptions(string Op, int Rank, Extent Stride, Extent Dilation, int Groups)
{
    public static ConvolutionOptions Of<TSize>(string op, TSize stride, TSize dilation, int groups)
        where TSize : struct =>
        new(op, Extents.Rank<TSize>(), Extents.Of(stride, 1), Extents.Of(dilation, 1), groups);

    /// <summary>Refuses numbers out of their range.</summary>
    public void Check()
    {
        if (!Stride.Within(1)) throw Extents.Range(Op, "stride", Stride, Rank, "1 or more");
        if (!Dilation.Within(1)) throw Extents.Range(Op, "dilation", Dilation, Rank, "1 or more");
        if (Groups < 1)
            throw new ArgumentOutOfRangeException("groups", $"{Op}: groups must be 1 or more, got {Groups}.");
    }

    /// <summary>Refuses tensors that do not fit each other, before anything is computed.</summary>
    public void Check(Tensor x, Tensor weight, Tensor? bias, bool transposed)
    {
        Elementwise.CheckType(Op, x.DType, takesIntegers: false);
        if (weight.Rank != Rank + 2 || weight.Count == 0)
        {
            string channels = transposed ? "inChannels, outChannels / groups" : "outChannels, inChannels / groups";
            string kernel = Rank switch { 1 => "kernelL", 2 => "kernelH, kernelW", _ => "kernelD, kernelH, kernelW" };
            throw new ShapeException(
                $"{Op}: weight must be [{channels}, {kernel}], none of them 0, got {weight.Shape}.", weight.Shape);
        }
        int whole = weight.Shape[0], parts = weight.Shape[1] * Groups;
        (int inputs, int outputs) = transposed ? (whole, parts) : (parts, whole);
        if (x.Rank != Rank + 2 || x.Shape[1] != inputs)
        {
            throw new ShapeException(
                $"{Op}: expects {Extents.Pattern($"{inputs}", Rank)}, got {x.Shape}.\n  "
                + $"{Elementwise.Operand("x", x)}    "
                + $"{Elementwise.Operand("weight", weight)}{(Groups == 1 ? "" : $"    groups: {Groups}")}",
                x.Shape, weight.Shape);
        }
        if (whole % Groups != 0)
        {
            throw new ShapeException(
                $"{Op}: {Groups} groups do not divide {whole} {(transposed ? "input" : "output")} channels.",
                weight.Shape);
        }
        if (bias is not null && bias.Shape != [outputs])
            throw new ShapeException($"{Op}: bias must be [{outputs}], got {bias.Shape}.", bias.Shape);
        if (weight.DType != x.DType || (bias is not null && bias.DType != x.DType))
        {
            throw new DTypeException(
                $"{Op}: x is {x.DType.Text()}, weight {weight.DType.Text()}"
                + $"{(bias is null ? "" : ", bias " + bias.DType.Text())}; all must be equal.",
                x.DType, weight.DType);
        }
    }
}
