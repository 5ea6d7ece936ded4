using System.Globalization;

namespace ChainRule.Nn;

/// <summary>Hyperbolic tangent in straight lines, element by element: y = min(max(x, minVal), maxVal).</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class Hardtanh : Layer
{
    /// <summary>A layer with its limits.</summary>
    /// <param name="minVal">Lower limit.</param>
    /// <param name="maxVal">Upper limit.</param>
    /// <exception cref="ArgumentOutOfRangeException">The upper limit is not above the lower.</exception>
    public Hardtanh(double minVal = -1, double maxVal = 1)
    {
        Tensor.CheckLimits(nameof(Hardtanh), minVal, maxVal);
        (MinVal, MaxVal) = (minVal, maxVal);
    }

    /// <summary>Lower limit.</summary>
    public double MinVal { get; }

    /// <summary>Upper limit.</summary>
    public double MaxVal { get; }

    /// <inheritdoc/>
    public override string Summary => string.Create(CultureInfo.InvariantCulture, $"Hardtanh {MinVal} to {MaxVal}");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Hardtanh(MinVal, MaxVal);
}
