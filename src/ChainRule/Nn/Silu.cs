namespace ChainRule.Nn;

/// <summary>Sigmoid-weighted linear unit (swish), element by element: y = x / (1 + e^-x).</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class Silu : Layer
{
    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Silu();
}
