namespace ChainRule.Nn;

/// <summary>Encoder layers one after the other, with a norm at the end where there is one.</summary>
/// <remarks>
/// Takes and gives <c>[N, T, features]</c>. Source: Vaswani et al., "Attention is all you need" (2017), section 3.1.
/// </remarks>
public sealed class TransformerEncoder : Layer
{
    private readonly Sequential _layers;

    /// <summary>The given layers in order.</summary>
    /// <param name="layers">One or more.</param>
    /// <param name="norm">Norm of the result; none if left out.</param>
    /// <exception cref="ArgumentException">There is no layer.</exception>
    public TransformerEncoder(IReadOnlyList<TransformerEncoderLayer> layers, LayerNorm? norm = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0) throw new ArgumentException("TransformerEncoder: there is no layer.", nameof(layers));
        Layers = [.. layers];
        _layers = AddModule("layers", new Sequential([.. Layers]));
        Norm = norm is null ? null : AddModule("norm", norm);
    }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<TransformerEncoderLayer> Layers { get; }

    /// <summary>Norm of the result; null without.</summary>
    public LayerNorm? Norm { get; }

    /// <inheritdoc/>
    public override string Summary => $"TransformerEncoder, {Layers.Count} layer{(Layers.Count == 1 ? "" : "s")}";

    /// <summary>Result of the layers where some positions may not be looked at.</summary>
    /// <param name="x"><c>[N, T, features]</c></param>
    /// <param name="mask"><c>[T, T]</c> or <c>[N * heads, T, T]</c> Bool: true blocks a position (last dimension) for
    /// another.</param>
    /// <param name="keyPaddingMask"><c>[N, T]</c> Bool: true leaves a position out as a key.</param>
    /// <param name="isCausal">Blocks later positions for each.</param>
    /// <returns><c>[N, T, features]</c>, same dtype.</returns>
    /// <exception cref="ShapeException">A shape is another.</exception>
    /// <exception cref="DTypeException">The types differ, or a mask is not Bool.</exception>
    public Tensor Forward(Tensor x, Tensor? mask, Tensor? keyPaddingMask = null, bool isCausal = false) => Run(x, () =>
    {
        Tensor y = x;
        foreach (TransformerEncoderLayer layer in Layers) y = layer.Forward(y, mask, keyPaddingMask, isCausal);
        return Finish(y);
    });

    /// <inheritdoc/>
    public override bool RunsInOrder => true;

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => Finish(_layers.Forward(x));

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) => Layers[0].Expects(x);

    private Tensor Finish(Tensor y) => Norm is null ? y : Norm.Forward(y);
}
