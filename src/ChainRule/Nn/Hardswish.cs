namespace ChainRule.Nn;

/// <summary>Swish in straight lines, element by element: y = x * min(max(x + 3, 0), 6) / 6.</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class Hardswish : Layer
{
    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Hardswish();
}
