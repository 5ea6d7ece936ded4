namespace ChainRule.Nn;

/// <summary>Logistic function in straight lines, element by element: y = min(max(x / 6 + 1/2, 0), 1).</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class Hardsigmoid : Layer
{
    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Hardsigmoid();
}
