namespace ChainRule.Nn;

/// <summary>
/// Self-normalising exponential unit, element by element: y = s * x for x > 0, else s * a * (e^x - 1).
/// </summary>
/// <remarks>Takes and gives <c>[...]</c>. s = 1.0507..., a = 1.6733...: see <see cref="Tensor.Selu"/>.</remarks>
public sealed class Selu : Layer
{
    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Selu();
}
