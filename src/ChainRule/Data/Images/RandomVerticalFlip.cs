namespace ChainRule.Data;

/// <summary>Turns a picture upside down as a mirror does, or leaves it as it is.</summary>
public sealed class RandomVerticalFlip : ImageTransform
{
    /// <summary>A change with this probability.</summary>
    /// <param name="probability">From 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public RandomVerticalFlip(double probability = 0.5)
    {
        Amount.CheckProbability("RandomVerticalFlip", nameof(probability), probability);
        Probability = probability;
    }

    /// <summary>How likely a picture is mirrored.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    protected override void Apply(ReadOnlySpan<float> from, Span<float> to, ImageSize size, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        bool flips = rng.NextDouble() < Probability;
        for (int row = 0; row < size.Channels * size.Height; row++)
        {
            int y = row % size.Height, source = flips ? row - y + size.Height - 1 - y : row;
            from.Slice(source * size.Width, size.Width).CopyTo(to[(row * size.Width)..]);
        }
    }
}
