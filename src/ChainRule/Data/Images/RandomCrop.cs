namespace ChainRule.Data;

/// <summary>Cuts a piece of a certain size out of each picture, at a random place.</summary>
public sealed class RandomCrop : ImageTransform
{
    /// <summary>A change to pictures of this size.</summary>
    /// <param name="height">Rows of the piece, 1 or more.</param>
    /// <param name="width">Columns of the piece, 1 or more.</param>
    /// <param name="padding">Points added on every side of the picture before, 0 or more.</param>
    /// <param name="fill">What is added, as the picture's numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not in its range.</exception>
    public RandomCrop(int height, int width, int padding = 0, float fill = 0)
    {
        Cropping.Check("RandomCrop", height, width, padding);
        (Height, Width, Padding, Fill) = (height, width, padding, fill);
    }

    /// <summary>Rows of the piece.</summary>
    public int Height { get; }

    /// <summary>Columns of the piece.</summary>
    public int Width { get; }

    /// <summary>Points added on every side of the picture before.</summary>
    public int Padding { get; }

    /// <summary>What is added.</summary>
    public float Fill { get; }

    /// <inheritdoc/>
    protected override ImageSize Result(ImageSize size) =>
        Cropping.Result("RandomCrop", size, Height, Width, Padding);

    /// <inheritdoc/>
    protected override void Apply(ReadOnlySpan<float> from, Span<float> to, ImageSize size, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        int top = rng.NextInt(size.Height + (2 * Padding) - Height + 1) - Padding;
        int left = rng.NextInt(size.Width + (2 * Padding) - Width + 1) - Padding;
        Cropping.Cut(from, size, top, left, to, Height, Width, Fill);
    }
}
