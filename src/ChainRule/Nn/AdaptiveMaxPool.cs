using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Largest number of each of a given number of cells, of 1, 2 or 3 dimensions.</summary>
/// <typeparam name="TSize">int for sequences, <see cref="Size2"/> for images, <see cref="Size3"/> for
/// volumes.</typeparam>
public abstract class AdaptiveMaxPool<TSize> : AdaptivePool<TSize>
    where TSize : struct
{
    private protected AdaptiveMaxPool(TSize outputSize)
        : base(outputSize)
    {
    }

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x) => AdaptivePooling.Maximum(Kind, x, Cells, Rank);
}

/// <summary>Largest number of each cell of sequences; see <see cref="F.AdaptiveMaxPool1d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, L]</c>, gives <c>[N, C, outputSize]</c>.
/// </remarks>
public sealed class AdaptiveMaxPool1d : AdaptiveMaxPool<int>
{
    /// <summary>A layer with so many cells.</summary>
    /// <param name="outputSize">Cells along each dimension; -1 for as many as there are positions. 1 pools over
    /// all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AdaptiveMaxPool1d(
        int outputSize)
        : base(outputSize)
    {
    }

    private protected override string Kind => "AdaptiveMaxPool1d";
}

/// <summary>Largest number of each cell of images; see <see cref="F.AdaptiveMaxPool2d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, H, W]</c>, gives <c>[N, C, outputSize.H, outputSize.W]</c>.
/// </remarks>
public sealed class AdaptiveMaxPool2d : AdaptiveMaxPool<Size2>
{
    /// <summary>A layer with so many cells.</summary>
    /// <param name="outputSize">Cells along each dimension; -1 for as many as there are pixels. 1 pools over
    /// all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AdaptiveMaxPool2d(
        Size2 outputSize)
        : base(outputSize)
    {
    }

    private protected override string Kind => "AdaptiveMaxPool2d";
}

/// <summary>Largest number of each cell of volumes; see <see cref="F.AdaptiveMaxPool3d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, D, H, W]</c>, gives <c>[N, C, outputSize.D, outputSize.H, outputSize.W]</c>.
/// </remarks>
public sealed class AdaptiveMaxPool3d : AdaptiveMaxPool<Size3>
{
    /// <summary>A layer with so many cells.</summary>
    /// <param name="outputSize">Cells along each dimension; -1 for as many as there are voxels. 1 pools over
    /// all.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AdaptiveMaxPool3d(
        Size3 outputSize)
        : base(outputSize)
    {
    }

    private protected override string Kind => "AdaptiveMaxPool3d";
}
