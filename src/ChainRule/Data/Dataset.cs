namespace ChainRule.Data;

/// <summary>Where a sample comes from.</summary>
/// <param name="File">The file.</param>
/// <param name="Row">Number of its row there, from 1; null where the file is one sample.</param>
public readonly record struct SampleFile(string File, int? Row = null);

/// <summary>
/// Samples that can be fetched by their place. A loader may call <see cref="Get"/> from other threads, and with several
/// workers from several at once.
/// </summary>
public abstract class Dataset
{
    /// <summary>Number of samples.</summary>
    public abstract int Count { get; }

    /// <summary>What the data set is called in errors: the name of its kind if nothing better is known.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>Fetches samples.</summary>
    /// <param name="indices"><c>[N]</c> places, from 0; one may occur more than once.</param>
    /// <returns>Input <c>[N, ...]</c> and target <c>[N, ...]</c>, memory of their own.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A place is not from 0 to <see cref="Count"/> - 1.</exception>
    /// <exception cref="DataException">A sample cannot be read.</exception>
    public abstract Batch Get(ReadOnlySpan<int> indices);

    /// <summary>All samples in one batch, in order.</summary>
    public Batch All()
    {
        var indices = new int[Count];
        for (int i = 0; i < indices.Length; i++) indices[i] = i;
        return Get(indices);
    }

    /// <summary>All samples in order, some at a time.</summary>
    internal IEnumerable<Batch> Blocks(int size)
    {
        size = BlockOf(size);
        for (int start = 0; start < Count; start += size)
            yield return Get([.. Enumerable.Range(start, Math.Min(size, Count - start))]);
    }

    /// <summary>How many samples are fetched at once where all are gone through: so many, or fewer that are
    /// large.</summary>
    internal virtual int BlockOf(int most) => most;

    /// <summary>The file that a sample comes from, for errors; null where there is none or it is not known.</summary>
    /// <param name="sample">Place of the sample, from 0.</param>
    public virtual SampleFile? FileOf(int sample) => null;

    /// <summary>
    /// Whether the samples are kept for validation or test: nothing may be fitted to them, nor to a part of them.
    /// </summary>
    internal virtual bool IsHeldOut => false;

    /// <summary>The data set that a sample comes from in the end, and its place there.</summary>
    internal virtual (Dataset Source, int Sample) Origin(int sample) => (this, sample);

    /// <summary>Some of the samples as a data set.</summary>
    /// <param name="indices">Places of the samples, in the order they shall have.</param>
    /// <exception cref="ArgumentOutOfRangeException">A place is not from 0 to <see cref="Count"/> - 1.</exception>
    public Dataset Subset(ReadOnlySpan<int> indices) => Part(indices, IsHeldOut);

    /// <summary>Some of the samples, to choose by or to measure on.</summary>
    internal Dataset HeldOut(ReadOnlySpan<int> indices) => Part(indices, true);

    /// <summary>Parts the samples at random into two sets, as for training and validation.</summary>
    /// <param name="secondShare">Share of the samples in the second set, above 0 and below 1; rounded to whole
    /// samples.</param>
    /// <param name="rng">Decides which; moves on.</param>
    /// <returns>Two sets that together hold every sample once.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    /// <exception cref="DataException">One of the sets would be empty.</exception>
    public (Dataset First, Dataset Second) Split(double secondShare, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        if (!(secondShare > 0 && secondShare < 1))
            throw new ArgumentOutOfRangeException(
                nameof(secondShare), secondShare, "expected a share above 0 and below 1.");
        int second = (int)Math.Round(secondShare * Count);
        if (second == 0 || second == Count)
            throw new DataException("Split",
                $"a share of {secondShare} of {Count} samples leaves one of the two sets empty.");
        var order = new int[Count];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        rng.Shuffle(order.AsSpan());
        return (Subset(order.AsSpan(0, Count - second)), HeldOut(order.AsSpan(Count - second)));
    }

    /// <summary>Throws for places that are not in this set.</summary>
    /// <param name="indices">Places to check.</param>
    /// <exception cref="ArgumentOutOfRangeException">A place is not from 0 to <see cref="Count"/> - 1.</exception>
    protected void CheckIndices(ReadOnlySpan<int> indices)
    {
        int count = Count;
        foreach (int index in indices)
        {
            if ((uint)index >= (uint)count)
                throw new ArgumentOutOfRangeException(
                    nameof(indices), index, $"expected a sample from 0 to {count - 1}.");
        }
    }

    private SubsetDataset Part(ReadOnlySpan<int> indices, bool heldOut)
    {
        CheckIndices(indices);
        return new SubsetDataset(this, indices.ToArray(), heldOut);
    }

    private sealed class SubsetDataset(Dataset whole, int[] places, bool heldOut) : Dataset
    {
        public override int Count => places.Length;

        public override string Name => whole.Name;

        internal override bool IsHeldOut => heldOut;

        public override Batch Get(ReadOnlySpan<int> indices)
        {
            CheckIndices(indices);
            var own = indices.ToArray();
            var inWhole = new int[own.Length];
            for (int i = 0; i < own.Length; i++) inWhole[i] = places[own[i]];
            return whole.Get(inWhole).WithIndices(own);
        }

        internal override int BlockOf(int most) => whole.BlockOf(most);

        public override SampleFile? FileOf(int sample) => whole.FileOf(places[sample]);

        internal override (Dataset Source, int Sample) Origin(int sample) => whole.Origin(places[sample]);
    }
}
