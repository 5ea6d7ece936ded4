namespace ChainRule.Nn;

/// <summary>
/// Gives back its input: takes and gives <c>[...]</c>. Stands where a layer is wanted and none is needed.
/// </summary>
public sealed class Identity : Layer
{
    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x;
}
