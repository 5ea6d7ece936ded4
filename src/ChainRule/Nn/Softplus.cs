using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Smooth ReLU, element by element: y = ln(1 + e^(beta x)) / beta.</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class Softplus : Layer
{
    /// <summary>A layer with its constants.</summary>
    /// <param name="beta">Sharpness of the bend, not 0.</param>
    /// <param name="threshold">Where beta x is above it, y = x.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is 0 or not finite, or
    /// <paramref name="threshold"/> is NaN.</exception>
    public Softplus(double beta = 1, double threshold = 20)
    {
        SoftplusOp.Check(nameof(Softplus), beta, threshold);
        (Beta, Threshold) = (beta, threshold);
    }

    /// <summary>Sharpness of the bend.</summary>
    public double Beta { get; }

    /// <summary>Where beta x is above it, y = x.</summary>
    public double Threshold { get; }

    /// <inheritdoc/>
    public override string Summary =>
        (Beta, Threshold) == (1, 20)
            ? "Softplus"
            : string.Create(CultureInfo.InvariantCulture, $"Softplus beta {Beta}, threshold {Threshold}");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Softplus(Beta, Threshold);
}
