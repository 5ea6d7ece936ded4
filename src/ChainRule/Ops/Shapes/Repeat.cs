namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>Puts copies of the whole tensor side by side: <c>x.Repeat(2, 3)</c> twice down and three times
    /// along.</summary>
    /// <param name="counts">How often along each dimension, 0 or more; counts before those of this tensor's dimensions
    /// add leading ones.</param>
    /// <returns>The sizes times the counts, same dtype.</returns>
    /// <exception cref="ShapeException">There are fewer counts than dimensions.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public Tensor Repeat(params ReadOnlySpan<int> counts)
    {
        if (counts.Length < Rank)
        {
            throw new ShapeException(
                $"repeat: [{string.Join(", ", counts.ToArray())}] has fewer counts than {Shape} has dimensions.",
                Shape);
        }
        // [n, m] becomes [1, n, 1, m], each 1 is repeated, and the pairs are merged.
        int[] apart = new int[2 * counts.Length], spread = new int[2 * counts.Length], sizes = new int[counts.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            int d = i - counts.Length + Rank, size = d < 0 ? 1 : Dims[d], count = counts[i];
            if (count < 0)
                throw new ArgumentOutOfRangeException(nameof(counts), $"repeat: a count is negative: {count}.");
            (apart[2 * i], apart[(2 * i) + 1]) = (1, size);
            (spread[2 * i], spread[(2 * i) + 1]) = (count, size);
            sizes[i] = checked(count * size);
        }
        return Reshape(apart).Expand((Shape)spread).Reshape(sizes);
    }

    /// <summary>Repeats each slice along a dimension, one copy behind the other.</summary>
    /// <param name="count">How often, 0 or more.</param>
    /// <param name="dim">Dimension; negative counts from the end.</param>
    /// <returns>The size along <paramref name="dim"/> times the count, same dtype.</returns>
    /// <exception cref="ShapeException">There is no such dimension.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public Tensor RepeatInterleave(int count, int dim)
    {
        int at = Shape.ResolveOwnDim(dim, "repeat_interleave"), size = Dims[at];
        if (count < 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), $"repeat_interleave: the count is negative: {count}.");
        }
        Shape spread = (Shape)(int[])[.. Dims[..(at + 1)], count, .. Dims[(at + 1)..]];
        return Unsqueeze(at + 1).Expand(spread).Reshape([.. Dims[..at], checked(count * size), .. Dims[(at + 1)..]]);
    }
}
