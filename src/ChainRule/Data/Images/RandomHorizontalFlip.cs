namespace ChainRule.Data;

/// <summary>Mirrors a picture left to right, or leaves it as it is.</summary>
public sealed class RandomHorizontalFlip : ImageTransform
{
    /// <summary>A change with this probability.</summary>
    /// <param name="probability">From 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public RandomHorizontalFlip(double probability = 0.5)
    {
        Amount.CheckProbability("RandomHorizontalFlip", nameof(probability), probability);
        Probability = probability;
    }

    /// <summary>How likely a picture is mirrored.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    protected override void Apply(ReadOnlySpan<float> from, Span<float> to, ImageSize size, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        from.CopyTo(to);
        if (rng.NextDouble() >= Probability) return;
        for (int row = 0; row < size.Channels * size.Height; row++) to.Slice(row * size.Width, size.Width).Reverse();
    }
}
