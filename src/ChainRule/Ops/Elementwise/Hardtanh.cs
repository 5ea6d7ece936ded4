using ChainRule.Ops;

namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>Hyperbolic tangent in straight lines, element by element: y = min(max(x, minVal), maxVal).</summary>
    /// <param name="minVal">Lower limit.</param>
    /// <param name="maxVal">Upper limit.</param>
    /// <returns>Shape and dtype of this tensor. The gradient is that of <see cref="Clamp"/>.</returns>
    /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The upper limit is not above the lower.</exception>
    public Tensor Hardtanh(double minVal = -1, double maxVal = 1)
    {
        Elementwise.CheckType("hardtanh", DType, takesIntegers: false);
        CheckLimits("hardtanh", minVal, maxVal);
        return Clamp(minVal, maxVal);
    }

    internal static void CheckLimits(string of, double minVal, double maxVal)
    {
        if (minVal < maxVal) return;
        throw new ArgumentOutOfRangeException(nameof(maxVal), FormattableString.Invariant(
            $"{of}: maxVal is {maxVal} and minVal {minVal}; expected maxVal above minVal."));
    }
}
