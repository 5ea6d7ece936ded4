using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Exponential linear unit, element by element: y = x for x > 0, else alpha * (e^x - 1).</summary>
/// <remarks>
/// Takes and gives <c>[...]</c>. Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning
/// by exponential linear units" (2016).
/// </remarks>
public sealed class Elu : Layer
{
    /// <summary>A layer with its constant.</summary>
    /// <param name="alpha">The limit for very negative x is -alpha.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> is not finite.</exception>
    public Elu(double alpha = 1)
    {
        OptionCheck.Finite(nameof(Elu), nameof(alpha), alpha);
        Alpha = alpha;
    }

    /// <summary>The limit for very negative x is -alpha.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override string Summary => string.Create(CultureInfo.InvariantCulture, $"Elu {Alpha}");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Elu(Alpha);
}
