namespace ChainRule.Nn;

/// <summary>Self-regularised smooth rectifier, element by element: y = x * tanh(ln(1 + e^x)).</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class Mish : Layer
{
    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Mish();
}
