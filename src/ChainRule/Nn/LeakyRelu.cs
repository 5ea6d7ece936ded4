using System.Globalization;

namespace ChainRule.Nn;

/// <summary>Leaky rectified linear unit, element by element: y = x for x > 0, else negativeSlope * x.</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class LeakyRelu : Layer
{
    /// <summary>A layer with its constant.</summary>
    /// <param name="negativeSlope">Slope for negative x.</param>
    public LeakyRelu(double negativeSlope = 0.01) => NegativeSlope = negativeSlope;

    /// <summary>Slope for negative x.</summary>
    public double NegativeSlope { get; }

    /// <inheritdoc/>
    public override string Summary => string.Create(CultureInfo.InvariantCulture, $"LeakyRelu {NegativeSlope}");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.LeakyRelu(NegativeSlope);
}
