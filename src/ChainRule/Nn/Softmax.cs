namespace ChainRule.Nn;

/// <summary>Shares that add up to 1 along a dimension: y_i = e^x_i / sum over j of e^x_j.</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class Softmax : Layer
{
    /// <summary>A layer for one dimension.</summary>
    /// <param name="dim">Dimension; negative counts from the end.</param>
    public Softmax(int dim = -1) => Dim = dim;

    /// <summary>Dimension along which the exponentials are added up.</summary>
    public int Dim { get; }

    /// <inheritdoc/>
    public override string Summary => $"Softmax dim {Dim}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Softmax(Dim);
}
