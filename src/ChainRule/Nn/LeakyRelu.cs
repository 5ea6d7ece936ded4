using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Leaky rectified linear unit, element by element: y = x for x > 0, else negativeSlope * x.</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class LeakyRelu : Layer
{
    /// <summary>A layer with its constant.</summary>
    /// <param name="negativeSlope">Slope for negative x.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="negativeSlope"/> is not finite.</exception>
    public LeakyRelu(double negativeSlope = 0.01)
    {
        OptionCheck.Finite(nameof(LeakyRelu), nameof(negativeSlope), negativeSlope);
        NegativeSlope = negativeSlope;
    }

    /// <summary>Slope for negative x.</summary>
    public double NegativeSlope { get; }

    /// <inheritdoc/>
    public override string Summary => string.Create(CultureInfo.InvariantCulture, $"LeakyRelu {NegativeSlope}");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.LeakyRelu(NegativeSlope);
}
