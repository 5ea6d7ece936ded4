namespace ChainRule.Data;

/// <summary>Covers a square of each picture, so that a network must not rely on one part.</summary>
/// <remarks>
/// The square's centre is any point of the picture; what hangs over the edge covers nothing. Source: DeVries and
/// Taylor, "Improved regularization of convolutional neural networks with cutout" (2017).
/// </remarks>
public sealed class Cutout : ImageTransform
{
    /// <summary>A change with squares of this size.</summary>
    /// <param name="side">Side of the square in points, 1 or more.</param>
    /// <param name="fill">What covers it, as the picture's numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">The side is below 1.</exception>
    public Cutout(int side, float fill = 0)
    {
        if (side < 1)
            throw new ArgumentOutOfRangeException(nameof(side), $"Cutout: side is {side}; expected 1 or more.");
        (Side, Fill) = (side, fill);
    }

    /// <summary>Side of the square in points.</summary>
    public int Side { get; }

    /// <summary>What covers it.</summary>
    public float Fill { get; }

    /// <inheritdoc/>
    protected override void Apply(ReadOnlySpan<float> from, Span<float> to, ImageSize size, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        from.CopyTo(to);
        var (top, bottom) = Cover(rng.NextInt(size.Height), size.Height);
        var (left, right) = Cover(rng.NextInt(size.Width), size.Width);
        for (int c = 0; c < size.Channels; c++)
        {
            for (int y = top; y < bottom; y++)
                to.Slice((c * size.Plane) + (y * size.Width) + left, right - left).Fill(Fill);
        }
    }

    private (int Begin, int End) Cover(int centre, int size)
    {
        int begin = centre - (Side / 2);
        return (Math.Max(begin, 0), (int)Math.Min((long)begin + Side, size));
    }
}
