using System.Globalization;

namespace ChainRule.Conformance;

/// <summary>What comparing one tensor with its expected values found.</summary>
/// <param name="Tensor">Name of the tensor.</param>
/// <param name="Passed">True when every element is within the tolerance.</param>
/// <param name="Detail">The worst element, or why nothing could be compared; empty where passed.</param>
public sealed record Comparison(string Tensor, bool Passed, string Detail)
{
    /// <summary>
    /// Compares elements: |a - b| at most atol + rtol |b|; NaN and infinities fail; integers must be equal.
    /// </summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="computed">What we computed; null where nothing was.</param>
    /// <param name="expected">What is expected: float64 or int64.</param>
    /// <param name="relative">rtol.</param>
    /// <param name="absolute">atol.</param>
    public static Comparison Of(string name, Tensor? computed, Tensor expected, double relative, double absolute)
    {
        if (computed is null) return new(name, false, "nothing was computed for it");
        if (computed.Shape != expected.Shape)
            return new(name, false, $"shape {computed.Shape}, expected {expected.Shape}");
        bool whole = expected.DType == DType.Int64;
        if (whole) (relative, absolute) = (0, 0);
        double[] a = computed.To(DType.Float64).ToArray<double>(), b = expected.To(DType.Float64).ToArray<double>();
        int worst = -1;
        double worstShare = 1, worstError = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double error = Math.Abs(a[i] - b[i]), allowed = absolute + (relative * Math.Abs(b[i]));
            if (error <= allowed && double.IsFinite(a[i])) continue;
            double share = double.IsFinite(a[i]) && allowed > 0 ? error / allowed : double.PositiveInfinity;
            if (worst >= 0 && share <= worstShare) continue;
            (worst, worstShare, worstError) = (i, share, error);
        }
        if (worst < 0) return new(name, true, "");
        return new(name, false, string.Create(
            CultureInfo.InvariantCulture,
            $"element {worst}: {a[worst]:g9}, expected {b[worst]:g9}, error {worstError:g3}, "
            + $"tolerance {absolute + (relative * Math.Abs(b[worst])):g3}"));
    }
}
