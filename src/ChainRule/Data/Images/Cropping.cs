namespace ChainRule.Data;

/// <summary>Pieces of pictures that may hang over the edge.</summary>
internal static class Cropping
{
    // So that sizes with padding on both sides stay within int.
    private const int Most = 1 << 24;

    public static void Check(string subject, int height, int width, int padding)
    {
        if (height is < 1 or > Most || width is < 1 or > Most)
            throw new ArgumentOutOfRangeException(height is < 1 or > Most ? nameof(height) : nameof(width),
                $"{subject}: a piece of {height} x {width}; expected sizes from 1 to {Most}.");
        if (padding is < 0 or > Most)
            throw new ArgumentOutOfRangeException(
                nameof(padding), $"{subject}: padding is {padding}; expected 0 to {Most}.");
    }

    public static ImageSize Result(string subject, ImageSize size, int height, int width, int padding)
    {
        if (size.Height + (2 * padding) >= height && size.Width + (2 * padding) >= width)
            return new ImageSize(size.Channels, height, width);
        throw new ShapeException($"{subject}: pictures are {size.Height} x {size.Width} with {padding} points on "
            + $"every side; expected {height} x {width} or more.", [size.Channels, size.Height, size.Width]);
    }

    /// <summary>Copies a piece whose corner is at row top and column left, which may be below 0.</summary>
    /// <param name="from"><c>[C, H, W]</c>.</param>
    /// <param name="size">Its size.</param>
    /// <param name="top">Row of the corner.</param>
    /// <param name="left">Column of the corner.</param>
    /// <param name="to"><c>[C, height, width]</c>.</param>
    /// <param name="height">Rows of the piece.</param>
    /// <param name="width">Columns of the piece.</param>
    /// <param name="fill">What lies beyond the edge.</param>
    public static void Cut(
        ReadOnlySpan<float> from, ImageSize size, int top, int left, Span<float> to, int height, int width, float fill)
    {
        to.Fill(fill);
        int begin = Math.Max(-left, 0), end = Math.Min(size.Width - left, width);
        if (begin >= end) return;
        for (int row = 0; row < size.Channels * height; row++)
        {
            int y = top + (row % height);
            if ((uint)y >= (uint)size.Height) continue;
            int source = (((row / height * size.Height) + y) * size.Width) + left;
            from.Slice(source + begin, end - begin).CopyTo(to[((row * width) + begin)..]);
        }
    }
}
