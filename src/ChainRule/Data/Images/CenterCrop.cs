namespace ChainRule.Data;

/// <summary>Cuts the middle of a certain size out of each picture.</summary>
/// <remarks>
/// Where a picture's size and the piece's differ by an odd number, the piece lies to the left or above.
/// </remarks>
public sealed class CenterCrop : ImageTransform
{
    /// <summary>A change to pictures of this size.</summary>
    /// <param name="height">Rows of the piece, 1 or more.</param>
    /// <param name="width">Columns of the piece, 1 or more.</param>
    /// <param name="padding">Points added on every side of the picture before, 0 or more.</param>
    /// <param name="fill">What is added, as the picture's numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not in its range.</exception>
    public CenterCrop(int height, int width, int padding = 0, float fill = 0)
    {
        Cropping.Check("CenterCrop", height, width, padding);
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
        Cropping.Result("CenterCrop", size, Height, Width, Padding);

    /// <inheritdoc/>
    protected override void Apply(ReadOnlySpan<float> from, Span<float> to, ImageSize size, Rng rng)
    {
        int top = ((size.Height + (2 * Padding) - Height) / 2) - Padding;
        int left = ((size.Width + (2 * Padding) - Width) / 2) - Padding;
        Cropping.Cut(from, size, top, left, to, Height, Width, Fill);
    }
}
