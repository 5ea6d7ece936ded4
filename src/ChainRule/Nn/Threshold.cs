using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Replaces small elements: y = value for x &lt;= threshold, else x.</summary>
/// <remarks>Takes and gives <c>[...]</c>.</remarks>
public sealed class Threshold : Layer
{
    /// <summary>A layer with its limit and what replaces the numbers up to it.</summary>
    /// <param name="limit">The largest number that is replaced.</param>
    /// <param name="value">What replaces it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is NaN.</exception>
    public Threshold(double limit, double value)
    {
        OptionCheck.Number(nameof(Threshold), nameof(limit), limit);
        OptionCheck.Number(nameof(Threshold), nameof(value), value);
        (Limit, Value) = (limit, value);
    }

    /// <summary>The largest number that is replaced.</summary>
    public double Limit { get; }

    /// <summary>What replaces it.</summary>
    public double Value { get; }

    /// <inheritdoc/>
    public override string Summary =>
        string.Create(CultureInfo.InvariantCulture, $"Threshold {Limit}, else {Value}");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => x.Threshold(Limit, Value);
}
