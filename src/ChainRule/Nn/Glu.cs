namespace ChainRule.Nn;

/// <summary>Gated linear unit: y = u * sigmoid(v) for the two halves u, v of x along a dimension.</summary>
/// <remarks>
/// Takes <c>[..., 2 K, ...]</c>, gives <c>[..., K, ...]</c>. Source: Dauphin, Fan, Auli and Grangier, "Language
/// modeling with gated convolutional networks" (2017).
/// </remarks>
public sealed class Glu : Layer
{
    /// <summary>A layer for one dimension.</summary>
    /// <param name="dim">Dimension that is halved; negative counts from the end.</param>
    public Glu(int dim = -1) => Dim = dim;

    /// <summary>Dimension that is halved.</summary>
    public int Dim { get; }

    /// <inheritdoc/>
    public override string Summary => $"Glu dim {Dim}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Glu(Dim);
}
