using ChainRule.Kernels.Convolution;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>What poolings into a given number of cells share, of 1, 2 and 3 dimensions.</summary>
/// <typeparam name="TSize">int for sequences, <see cref="Size2"/> for images, <see cref="Size3"/> for
/// volumes.</typeparam>
public abstract class AdaptivePool<TSize> : Layer
    where TSize : struct
{
    private protected AdaptivePool(TSize outputSize)
    {
        OutputSize = outputSize;
        AdaptivePooling.CheckCells(Kind, Cells, Rank);
    }

    /// <summary>Cells along each dimension; -1 keeps a dimension.</summary>
    public TSize OutputSize { get; }

    /// <inheritdoc/>
    public sealed override string Summary => $"{Kind} {Extents.Text(Cells, Rank)}";

    /// <summary>The class's name and the operator's.</summary>
    private protected abstract string Kind { get; }

    private protected static int Rank => Extents.Rank<TSize>();

    private protected Extent Cells => Extents.Of(OutputSize, 1);

    /// <inheritdoc/>
    protected internal sealed override string? Expects(Tensor x) =>
        x.Rank != Rank + 2 ? Extents.Pattern("C", Rank) : null;
}
