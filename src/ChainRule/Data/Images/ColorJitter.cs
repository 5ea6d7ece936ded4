namespace ChainRule.Data;

/// <summary>Changes brightness and contrast of each picture by random factors.</summary>
/// <remarks>
/// y = c (b x - m) + m with b and c uniform around 1 and m the mean of b x. Pictures of floats are not cut off: for
/// them 0 should stand for black.
/// </remarks>
public sealed class ColorJitter : ImageTransform
{
    /// <summary>A change of these strengths.</summary>
    /// <param name="brightness">The factor of brightness is from 1 - this to 1 + this; from 0 to 1.</param>
    /// <param name="contrast">The factor of contrast is from 1 - this to 1 + this; from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not in its range.</exception>
    public ColorJitter(double brightness = 0, double contrast = 0)
    {
        Amount.CheckProbability("ColorJitter", nameof(brightness), brightness);
        Amount.CheckProbability("ColorJitter", nameof(contrast), contrast);
        (Brightness, Contrast) = (brightness, contrast);
    }

    /// <summary>Largest change of the factor of brightness.</summary>
    public double Brightness { get; }

    /// <summary>Largest change of the factor of contrast.</summary>
    public double Contrast { get; }

    /// <inheritdoc/>
    protected override void Apply(ReadOnlySpan<float> from, Span<float> to, ImageSize size, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        double b = 1 + Amount.Around(rng, Brightness), c = 1 + Amount.Around(rng, Contrast), sum = 0;
        if (c != 1) foreach (float x in from) sum += x;
        float factor = (float)(b * c), shift = (float)((1 - c) * b * sum / Math.Max(1, from.Length));
        for (int i = 0; i < from.Length; i++) to[i] = (from[i] * factor) + shift;
    }
}
