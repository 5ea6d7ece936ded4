namespace ChainRule.Nn;

/// <summary>
/// The k largest numbers of each row of a sequence, in the order in which they stand there; see
/// <see cref="F.KMaxPool"/>.
/// </summary>
/// <remarks>
/// Takes <c>[N, C, T]</c>, gives <c>[N, C, k]</c>. Dynamic pooling keeps k = max(kTop, ceil((layers - layer) / layers *
/// T)), so that a stack of such layers ends with kTop numbers whatever the length. Source: Kalchbrenner, Grefenstette
/// and Blunsom, "A convolutional neural network for modelling sentences" (2014), sections 3.2 and 3.3.
/// </remarks>
/// <torch>none</torch>
public sealed class KMaxPool : Layer
{
    /// <summary>A layer that keeps a fixed number.</summary>
    /// <param name="k">How many to keep.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public KMaxPool(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        KTop = k;
    }

    /// <summary>A layer of a stack that keeps a share of the length.</summary>
    /// <param name="kTop">How many to keep at least, and in the last layer of the stack.</param>
    /// <param name="layer">Number of this layer in the stack, from 1.</param>
    /// <param name="layers">Convolutional layers of the stack.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or <paramref name="layer"/> above
    /// <paramref name="layers"/>.</exception>
    public KMaxPool(int kTop, int layer, int layers)
        : this(kTop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layer, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(layer, layers);
        (Layer, Layers) = (layer, layers);
    }

    /// <summary>How many to keep at least.</summary>
    public int KTop { get; }

    /// <summary>Number of this layer in the stack; null where the number is fixed.</summary>
    public int? Layer { get; }

    /// <summary>Convolutional layers of the stack; null where the number is fixed.</summary>
    public int? Layers { get; }

    /// <inheritdoc/>
    public override string Summary =>
        Layer is null ? $"KMaxPool {KTop}" : $"KMaxPool {KTop} or more, layer {Layer} of {Layers}";

    /// <summary>How many of so many numbers are kept.</summary>
    /// <param name="length">Length of a row.</param>
    /// <returns>k.</returns>
    public int Keeps(int length)
    {
        if (Layer is not { } layer || Layers is not { } layers) return KTop;
        long share = ((((long)layers - layer) * length) + layers - 1) / layers;
        return Math.Max(KTop, (int)share);
    }

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.KMaxPool(x, x.Rank == 3 ? Keeps(x.Shape[2]) : KTop);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) => x.Rank != 3 ? "[N, C, T]" : null;
}
