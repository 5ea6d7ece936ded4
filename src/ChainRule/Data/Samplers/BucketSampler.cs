using ChainRule.Nn;

namespace ChainRule.Data;

/// <summary>
/// Every sample once, in an order in which sequences of about the same length come together, so that their batches need
/// little padding.
/// </summary>
/// <remarks>
/// All samples are shuffled and dealt to buckets of several batches; within a bucket they are sorted by length, and
/// then the batches are shuffled. Larger buckets save more padding, smaller ones leave more to chance.
/// </remarks>
public sealed class BucketSampler : Sampler
{
    private readonly int[] _lengths;

    /// <summary>A sampler of sequences.</summary>
    /// <param name="lengths"><c>[N]</c> length of each sequence: <see cref="SequenceDataset.Lengths"/>.</param>
    /// <param name="batchesPerBucket">Batches in a bucket at most, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of batches is below 1.</exception>
    public BucketSampler(IReadOnlyList<int> lengths, int batchesPerBucket = 50)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        Check(batchesPerBucket);
        (_lengths, BatchesPerBucket) = ([.. lengths], batchesPerBucket);
    }

    /// <summary>A sampler of a data set of sequences, or of a part of one.</summary>
    /// <param name="sequences">The samples, in padded batches; all are fetched once.</param>
    /// <param name="batchesPerBucket">Batches in a bucket at most, 1 or more.</param>
    /// <exception cref="DataException">The batches have no lengths.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of batches is below 1.</exception>
    public BucketSampler(Dataset sequences, int batchesPerBucket = 50)
        : this(LengthsOf(sequences, batchesPerBucket), batchesPerBucket)
    {
    }

    /// <inheritdoc/>
    public override int Count => _lengths.Length;

    /// <summary>Batches in a bucket at most.</summary>
    public int BatchesPerBucket { get; }

    /// <inheritdoc/>
    public override int[] Order(int batchSize, Rng rng)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentNullException.ThrowIfNull(rng);
        int[] order = Places(Count);
        rng.Shuffle(order.AsSpan());
        int full = Count / batchSize, buckets = Math.Max(1, (int)Math.Ceiling((double)full / BatchesPerBucket));
        for (int b = 0; b < buckets; b++)
        {
            int begin = (int)((long)full * b / buckets) * batchSize;
            int end = b == buckets - 1 ? Count : (int)((long)full * (b + 1) / buckets) * batchSize;
            Span<int> samples = order.AsSpan(begin, end - begin);
            SortByLength(samples);
            int rest = samples.Length % batchSize;
            if (rest == 0) continue;
            // The samples beyond full batches come last: from anywhere, not always the longest.
            int from = rng.NextInt((samples.Length / batchSize) + 1) * batchSize;
            int[] few = samples.Slice(from, rest).ToArray();
            samples[(from + rest)..].CopyTo(samples[from..]);
            few.CopyTo(samples[^rest..]);
        }
        ShuffleBatches(order, batchSize, rng);
        return order;
    }

    private static void Check(int batchesPerBucket)
    {
        if (batchesPerBucket < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(batchesPerBucket),
                $"BucketSampler: batchesPerBucket is {batchesPerBucket}; expected 1 or more.");
        }
    }

    private static int[] LengthsOf(Dataset sequences, int batchesPerBucket)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        Check(batchesPerBucket);
        List<int> lengths = new(sequences.Count);
        foreach (Batch batch in sequences.Blocks(512))
        {
            SequenceBatch padded = batch.Sequences ?? throw new DataException("BucketSampler",
                $"batches of the data set ({sequences.Name}) have no lengths; expected padded sequences.");
            lengths.AddRange(padded.Lengths.ToDoubles().Select(length => (int)length));
        }
        return [.. lengths];
    }

    // Equal lengths stay in their random order.
    private void SortByLength(Span<int> samples)
    {
        var keys = new long[samples.Length];
        for (int i = 0; i < keys.Length; i++) keys[i] = ((long)_lengths[samples[i]] << 32) | (uint)i;
        keys.AsSpan().Sort(samples);
    }
}
