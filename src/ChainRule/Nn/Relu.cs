namespace ChainRule.Nn;

/// <summary>Rectified linear unit, element by element: y = max(x, 0).</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class Relu : Layer
{
    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Relu();
}
