namespace ChainRule.Nn;

/// <summary>Logarithm of the softmax along a dimension: y_i = x_i - ln(sum over j of e^x_j).</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class LogSoftmax : Layer
{
    /// <summary>A layer for one dimension.</summary>
    /// <param name="dim">Dimension; negative counts from the end.</param>
    public LogSoftmax(int dim = -1) => Dim = dim;

    /// <summary>Dimension along which the exponentials are added up.</summary>
    public int Dim { get; }

    /// <inheritdoc/>
    public override string Summary => $"LogSoftmax dim {Dim}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.LogSoftmax(Dim);
}
