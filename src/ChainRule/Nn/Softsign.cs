namespace ChainRule.Nn;

/// <summary>Slowly saturating unit, element by element: y = x / (1 + |x|).</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class Softsign : Layer
{
    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Softsign();
}
