namespace ChainRule.Data;

/// <summary>
/// Samples most of whose inputs are 0, such as counts of words. They are kept as <see cref="SparseRows"/>; each batch
/// is dense, made of the rows that it asks for.
/// </summary>
/// <remarks><code>
/// SparseDataset train = news.ToCounts(words, news.ClassNames);
/// Transform[] prepare = [TfIdf.Fit(train)];
/// DataLoader loader = new(train, batchSize: 64, shuffle: true, rng, transforms: prepare);
/// </code></remarks>
public sealed class SparseDataset : Dataset
{
    // Of the samples that are fetched at once where all are gone through: 16 MiB.
    private const int BlockNumbers = 1 << 22;

    /// <summary>A data set over the rows; they are not copied.</summary>
    /// <param name="rows">N inputs of V numbers.</param>
    /// <param name="targets"><c>[N, ...]</c> any dtype.</param>
    /// <exception cref="ShapeException">There is not one target for each row.</exception>
    public SparseDataset(SparseRows rows, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.Rank < 1 || targets.Shape[0] != rows.Count)
            throw new ShapeException($"SparseDataset: targets are {targets.Shape} for {rows.Count} rows; expected "
                + $"[{rows.Count}, ...].", targets.Shape);
        (Rows, Targets) = (rows, targets.IsContiguous ? targets : targets.Keep());
    }

    /// <summary>The inputs.</summary>
    public SparseRows Rows { get; }

    /// <summary><c>[N, ...]</c> targets of all samples.</summary>
    public Tensor Targets { get; }

    /// <summary><c>[N]</c> where each sample comes from, for errors; null where that is not known.</summary>
    public IReadOnlyList<SampleFile>? Files { get; init; }

    /// <inheritdoc/>
    public override int Count => Rows.Count;

    /// <inheritdoc/>
    public override SampleFile? FileOf(int sample) => Files?[sample];

    /// <inheritdoc/>
    /// <returns>Input <c>[N, V]</c> float32 and target <c>[N, ...]</c>, memory of their own.</returns>
    public override Batch Get(ReadOnlySpan<int> indices)
    {
        CheckIndices(indices);
        return new Batch(Rows.ToDense(indices), TensorDataset.Gather(Targets, indices), indices.ToArray());
    }

    internal override int BlockOf(int most) => Math.Clamp(BlockNumbers / Rows.Width, 1, most);
}
