namespace ChainRule.Data;

/// <summary>
/// Windows over one long series, of numbers or of tokens: from the elements of a window to those that follow each.
/// </summary>
/// <remarks><code>
/// var train = new WindowDataset(Tensor.From(letters.Encode(Tokens.Characters(text))), length: 64);
/// // Input [N, 64], target [N, 64]: at each place the letter that comes next.
/// </code></remarks>
public sealed class WindowDataset : Dataset
{
    private readonly int _count;

    /// <summary>Windows over a series; it is not copied when it lies without gaps.</summary>
    /// <param name="series"><c>[T, ...]</c> any dtype.</param>
    /// <param name="length">Elements L in a window, 1 or more.</param>
    /// <param name="stride">From the begin of one window to that of the next, 1 or more.</param>
    /// <param name="lastOnly">
    /// Whether the target is only what follows the window, not what follows each element.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The length or the stride is below 1.</exception>
    /// <exception cref="ShapeException">The series has no dimension.</exception>
    /// <exception cref="DataException">The series has no more elements than a window.</exception>
    public WindowDataset(Tensor series, int length, int stride = 1, bool lastOnly = false)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        if (series.Rank < 1)
            throw new ShapeException($"WindowDataset: the series is {series.Shape}; expected [T, ...].", series.Shape);
        if (series.Shape[0] <= length)
        {
            throw new DataException("WindowDataset",
                $"a series of {series.Shape[0]} for windows of {length} and what follows; "
                + $"expected {length + 1} or more.");
        }
        Series = series.IsContiguous ? series : series.Keep();
        (Length, Stride, LastOnly) = (length, stride, lastOnly);
        _count = ((series.Shape[0] - length - 1) / stride) + 1;
    }

    /// <summary><c>[T, ...]</c> the series.</summary>
    public Tensor Series { get; }

    /// <summary>Elements L in a window.</summary>
    public int Length { get; }

    /// <summary>From the begin of one window to that of the next.</summary>
    public int Stride { get; }

    /// <summary>Whether the target is only what follows the window.</summary>
    public bool LastOnly { get; }

    /// <inheritdoc/>
    public override int Count => _count;

    /// <summary>Fetches windows.</summary>
    /// <param name="indices"><c>[N]</c> places, from 0; one may occur more than once.</param>
    /// <returns>Input <c>[N, L, ...]</c>; target <c>[N, L, ...]</c>, one further, or <c>[N, ...]</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A place is not from 0 to <see cref="Count"/> - 1.</exception>
    public override Batch Get(ReadOnlySpan<int> indices)
    {
        CheckIndices(indices);
        return new Batch(Gather(indices, 0, Length), LastOnly ? Gather(indices, Length, 0) : Gather(indices, 1, Length),
            indices.ToArray());
    }

    // [N, length, ...] from so many elements behind each window's begin; [N, ...] for length 0.
    private unsafe Tensor Gather(ReadOnlySpan<int> indices, int behind, int length)
    {
        int[] rest = Series.Shape.Dims[1..].ToArray();
        Tensor made = Tensor.EmptyKept(
            length == 0 ? [indices.Length, .. rest] : [indices.Length, length, .. rest], Series.DType);
        long element = (long)Series.Count / Series.Shape[0] * Series.DType.Size(), size = element * Math.Max(1, length);
        for (int i = 0; i < indices.Length; i++)
        {
            Buffer.MemoryCopy(Series.Pointer + ((((long)indices[i] * Stride) + behind) * element),
                made.Pointer + (i * size), size, size);
        }
        GC.KeepAlive(Series);
        GC.KeepAlive(made);
        return made;
    }
}
