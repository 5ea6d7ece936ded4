namespace ChainRule.Nn;

/// <summary>Hyperbolic tangent, element by element: y = (e^x - e^-x) / (e^x + e^-x).</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class Tanh : Layer
{
    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Tanh();
}
