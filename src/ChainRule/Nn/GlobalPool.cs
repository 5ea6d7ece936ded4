using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>What poolings over all positions of a channel share.</summary>
public abstract class GlobalPool : Layer
{
    private protected GlobalPool()
    {
    }

    /// <inheritdoc/>
    public sealed override string Summary => Kind;

    private protected abstract string Kind { get; }

    /// <summary>The result for channels in one row each, [N, C, positions].</summary>
    private protected abstract Tensor Pool(Tensor x);

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x)
    {
        if (x.Rank < 3) throw new ShapeException($"{Kind}: expects [N, C, d1, ...], got {x.Shape}.", x.Shape);
        if (x.Count == 0 && x.Shape[0] * x.Shape[1] > 0)
            throw new ShapeException($"{Kind}: there are no positions to pool over in {x.Shape}.", x.Shape);
        return Pool(x.Rank == 3 ? x : x.Flatten(2));
    }

    /// <inheritdoc/>
    protected internal sealed override string? Expects(Tensor x) => x.Rank < 3 ? "[N, C, d1, ...]" : null;
}

/// <summary>Mean of each channel over all its positions, as before the classifier of a residual network.</summary>
/// <remarks>Takes <c>[N, C, d1, ...]</c>, gives <c>[N, C]</c>.</remarks>
/// <torch>torch.nn.AdaptiveAvgPool2d</torch>
public sealed class GlobalAvgPool : GlobalPool
{
    private protected override string Kind => "GlobalAvgPool";

    private protected override Tensor Pool(Tensor x)
    {
        Elementwise.CheckType(Kind, x.DType, takesIntegers: false);
        return x.Mean(2);
    }
}

/// <summary>Largest number of each channel over all its positions.</summary>
/// <remarks>Takes <c>[N, C, d1, ...]</c>, gives <c>[N, C]</c>. The first of equals gets the gradient.</remarks>
/// <torch>torch.nn.AdaptiveMaxPool2d</torch>
public sealed class GlobalMaxPool : GlobalPool
{
    private protected override string Kind => "GlobalMaxPool";

    private protected override Tensor Pool(Tensor x)
    {
        Elementwise.CheckType(Kind, x.DType, takesIntegers: true);
        return x.Max(2).Values;
    }
}
