namespace ChainRule.Nn;

/// <summary>Logistic function, element by element: y = 1 / (1 + e^-x).</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class Sigmoid : Layer
{
    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Sigmoid();
}
