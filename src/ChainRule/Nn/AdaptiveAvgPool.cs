using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Mean of each of a given number of cells, of 1, 2 or 3 dimensions.</summary>
/// <typeparam name="TSize">int for sequences, <see cref="Size2"/> for images, <see cref="Size3"/> for
/// volumes.</typeparam>
public abstract class AdaptiveAvgPool<TSize> : AdaptivePool<TSize>
    where TSize : struct
{
    private protected AdaptiveAvgPool(TSize outputSize)
        : base(outputSize)
    {
    }

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x) => AdaptivePooling.Average(Kind, x, Cells, Rank);
}

/// <summary>Mean of each cell of sequences; see <see cref="F.AdaptiveAvgPool1d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, L]</c>, gives <c>[N, C, outputSize]</c>.
/// </remarks>
public sealed class AdaptiveAvgPool1d : AdaptiveAvgPool<int>
{
    /// <summary>A layer with so many cells.</summary>
    /// <param name="outputSize">Cells along each dimension; -1 for as many as there are positions. 1 pools over
    /// all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AdaptiveAvgPool1d(
        int outputSize)
        : base(outputSize)
    {
    }

    private protected override string Kind => "AdaptiveAvgPool1d";
}

/// <summary>Mean of each cell of images; see <see cref="F.AdaptiveAvgPool2d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, H, W]</c>, gives <c>[N, C, outputSize.H, outputSize.W]</c>.
/// </remarks>
public sealed class AdaptiveAvgPool2d : AdaptiveAvgPool<Size2>
{
    /// <summary>A layer with so many cells.</summary>
    /// <param name="outputSize">Cells along each dimension; -1 for as many as there are pixels. 1 pools over
    /// all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AdaptiveAvgPool2d(
        Size2 outputSize)
        : base(outputSize)
    {
    }

    private protected override string Kind => "AdaptiveAvgPool2d";
}

/// <summary>Mean of each cell of volumes; see <see cref="F.AdaptiveAvgPool3d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, D, H, W]</c>, gives <c>[N, C, outputSize.D, outputSize.H, outputSize.W]</c>.
/// </remarks>
public sealed class AdaptiveAvgPool3d : AdaptiveAvgPool<Size3>
{
    /// <summary>A layer with so many cells.</summary>
    /// <param name="outputSize">Cells along each dimension; -1 for as many as there are voxels. 1 pools over
    /// all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AdaptiveAvgPool3d(
        Size3 outputSize)
        : base(outputSize)
    {
    }

    private protected override string Kind => "AdaptiveAvgPool3d";
}
