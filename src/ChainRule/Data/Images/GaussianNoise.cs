namespace ChainRule.Data;

/// <summary>Adds a normally distributed number to every number of a picture.</summary>
public sealed class GaussianNoise : ImageTransform
{
    /// <summary>Noise of this strength.</summary>
    /// <param name="std">Standard deviation in the picture's units, 0 or more: 0 to 255 for bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0 or not finite.</exception>
    public GaussianNoise(double std)
    {
        Amount.Check("GaussianNoise", nameof(std), std);
        Std = std;
    }

    /// <summary>Standard deviation in the picture's units.</summary>
    public double Std { get; }

    /// <inheritdoc/>
    protected override void Apply(ReadOnlySpan<float> from, Span<float> to, ImageSize size, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        RandomNumbers.Normal(rng, to);
        float std = (float)Std;
        for (int i = 0; i < from.Length; i++) to[i] = from[i] + (std * to[i]);
    }
}
