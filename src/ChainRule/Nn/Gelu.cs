namespace ChainRule.Nn;

/// <summary>
/// Gaussian error linear unit, element by element: y = x times the normal distribution's probability of numbers below
/// x.
/// </summary>
/// <remarks>
/// Takes and gives <c>[...]</c>. Source: Hendrycks and Gimpel, "Gaussian error linear units" (2016), section 2.
/// </remarks>
public sealed class Gelu : Layer
{
    /// <summary>A layer with its formula.</summary>
    /// <param name="form">The formula.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such form.</exception>
    public Gelu(GeluForm form = GeluForm.Erf)
    {
        if (!Enum.IsDefined(form))
            throw new ArgumentOutOfRangeException(nameof(form), $"Gelu: form must be Erf or Tanh, got {form}.");
        Form = form;
    }

    /// <summary>The formula.</summary>
    public GeluForm Form { get; }

    /// <inheritdoc/>
    public override string Summary => Form == GeluForm.Erf ? "Gelu" : "Gelu tanh";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Gelu(Form);
}
