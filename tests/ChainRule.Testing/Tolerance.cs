using System.Globalization;

namespace ChainRule.Testing;

/// <summary>
/// How far a computed number may lie from the expected one: |actual - expected| at most Absolute + Relative *
/// |expected|.
/// </summary>
/// <param name="Relative">Share of the expected number.</param>
/// <param name="Absolute">Allowed beside that; what counts near zero.</param>
public readonly record struct Tolerance(double Relative, double Absolute)
{
    /// <summary>Nothing but the expected number itself.</summary>
    public static Tolerance Exact => default;

    /// <summary>
    /// For results of a few roundings: about 16 units in the last place of float32, about 450 of float64 (differences
    /// of
    /// elementary functions), nothing for integers and Bool.
    /// </summary>
    /// <param name="dtype">Element type of the result.</param>
    public static Tolerance For(DType dtype) => dtype switch
    {
        DType.Float32 => new(2e-6, 2e-7),
        DType.Float64 => new(1e-13, 1e-14),
        _ => Exact,
    };

    /// <summary>For gradients, which pass through several operators: a hundred times <see cref="For"/>.</summary>
    /// <param name="dtype">Element type of the gradient.</param>
    public static Tolerance ForGradient(DType dtype) => For(dtype).Times(100);

    /// <summary>Both parts multiplied.</summary>
    /// <param name="factor">Factor, above 0.</param>
    public Tolerance Times(double factor) => new(Relative * factor, Absolute * factor);

    /// <summary>True when the number is close enough. NaN is close to NaN only, an infinity to itself only.</summary>
    /// <param name="expected">What should come.</param>
    /// <param name="actual">What came.</param>
    public bool Accepts(double expected, double actual)
    {
        if (double.IsNaN(expected) || double.IsNaN(actual)) return double.IsNaN(expected) && double.IsNaN(actual);
        if (double.IsInfinity(expected) || double.IsInfinity(actual)) return expected == actual;
        return Math.Abs(actual - expected) <= Absolute + (Relative * Math.Abs(expected));
    }

    /// <summary>Both parts, as they stand in messages.</summary>
    public override string ToString() => this == Exact
        ? "exact"
        : string.Create(CultureInfo.InvariantCulture, $"relative {Relative:g2}, absolute {Absolute:g2}");
}
