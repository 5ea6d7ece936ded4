using System.Globalization;

namespace ChainRule.Training;

/// <summary>Share of samples whose class is among the k classes with the largest outputs.</summary>
/// <remarks>
/// Classes with an output equal to that of the right one count as larger only where their number is smaller. Shapes are
/// those of <see cref="Accuracy"/>.
/// </remarks>
public sealed class TopKAccuracy : MeanMetric
{
    /// <summary>A metric.</summary>
    /// <param name="k">How many classes are looked at, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public TopKAccuracy(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        K = k;
    }

    /// <summary>How many classes are looked at.</summary>
    public int K { get; }

    /// <inheritdoc/>
    public override string Name => string.Create(CultureInfo.InvariantCulture, $"top-{K} accuracy");

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    private protected override (double Sum, long Count) Measure(Tensor output, Tensor target) =>
        ClassHits.Count("TopKAccuracy", output, target, K);
}
