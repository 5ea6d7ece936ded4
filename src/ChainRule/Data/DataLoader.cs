using System.Collections;

namespace ChainRule.Data;

/// <summary>
/// Where a loader stands; put back with <see cref="DataLoader.State"/>, it goes on with the same batches.
/// </summary>
/// <param name="Seed">Decides the order of every epoch.</param>
/// <param name="Epoch">The epoch that the next enumeration gives.</param>
public readonly record struct DataLoaderState(ulong Seed, long Epoch);

/// <summary>
/// Gives the batches of a data set, epoch by epoch. Each enumeration is one epoch; the order of an epoch is a function
/// of the seed and the epoch's number alone, with prefetch or without.
/// </summary>
/// <example><code>
/// var loader = new DataLoader(train, batchSize: 50, shuffle: true, rng, transforms: [new Scale(1f / 255)]);
/// foreach (var (x, y) in loader) { ... }
/// </code></example>
public sealed class DataLoader : IEnumerable<Batch>
{
    /// <summary>A loader of the data set's samples.</summary>
    /// <param name="dataset">The samples.</param>
    /// <param name="batchSize">Samples in a batch, 1 or more and no more than there are.</param>
    /// <param name="shuffle">Whether each epoch has a random order of its own.</param>
    /// <param name="rng">Gives the seed and moves on; null for seed 0.</param>
    /// <param name="dropLast">Whether a last batch with fewer samples is left out.</param>
    /// <param name="transforms">Changes to the inputs, in order; null for none.</param>
    /// <param name="prefetch">How many batches to make ahead on another thread; 0 for none and no thread.</param>
    /// <exception cref="ArgumentOutOfRangeException">The batch size or the prefetch is too small.</exception>
    /// <exception cref="DataException">The data set is empty or smaller than a batch.</exception>
    public DataLoader(Dataset dataset, int batchSize, bool shuffle = false, Rng? rng = null, bool dropLast = false,
        IReadOnlyList<Transform>? transforms = null, int prefetch = 0)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (batchSize < 1)
            throw new ArgumentOutOfRangeException(nameof(batchSize), $"batch size {batchSize}; expected 1 or more.");
        if (prefetch < 0)
            throw new ArgumentOutOfRangeException(nameof(prefetch), $"prefetch {prefetch}; expected 0 or more.");
        if (dataset.Count == 0)
            throw new DataException("DataLoader", "the data set is empty; expected 1 sample or more.");
        if (batchSize > dataset.Count)
            throw new DataException("DataLoader",
                $"a batch of {batchSize} samples is larger than the data, {dataset.Count}.")
            {
                Help = $"use a batch size of {dataset.Count} or less.",
            };
        (Dataset, BatchSize, Shuffle, DropLast, Prefetch) = (dataset, batchSize, shuffle, dropLast, prefetch);
        Transforms = transforms ?? [];
        State = new DataLoaderState(rng?.NextUInt64() ?? 0, 0);
    }

    /// <summary>The samples.</summary>
    public Dataset Dataset { get; }

    /// <summary>Samples in a batch.</summary>
    public int BatchSize { get; }

    /// <summary>
    /// Whether each epoch has a random order of its own; otherwise the samples come in their own order.
    /// </summary>
    public bool Shuffle { get; }

    /// <summary>Whether a last batch with fewer samples is left out.</summary>
    public bool DropLast { get; }

    /// <summary>How many batches are made ahead on another thread; 0 for none and no thread.</summary>
    public int Prefetch { get; }

    /// <summary>Changes to the inputs, in order.</summary>
    public IReadOnlyList<Transform> Transforms { get; }

    /// <summary>Where the loader stands: for checkpoints.</summary>
    public DataLoaderState State { get; set; }

    /// <summary>Number of batches in an epoch.</summary>
    public int BatchCount => DropLast ? Dataset.Count / BatchSize : (Dataset.Count + BatchSize - 1) / BatchSize;

    /// <summary>The next epoch's batches; the loader then stands at the epoch after it.</summary>
    public IEnumerator<Batch> GetEnumerator()
    {
        var (seed, epoch) = State;
        State = new DataLoaderState(seed, epoch + 1);
        return Epoch(epoch).GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The batches of a certain epoch; where the loader stands is left as it is.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="skip">Batches to leave out at its start, as when going on in the middle of an epoch.</param>
    public IEnumerable<Batch> Epoch(long epoch, int skip = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        ulong seed = State.Seed;
        return Prefetch > 0 && !OperatingSystem.IsBrowser()
            ? Prefetcher.Run(() => Batches(seed, epoch, skip), Prefetch)
            : Batches(seed, epoch, skip);
    }

    /// <summary>The order of the samples in an epoch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    public int[] Order(long epoch) => Order(State.Seed, epoch);

    private int[] Order(ulong seed, long epoch)
    {
        var order = new int[Dataset.Count];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        if (Shuffle) new Rng(seed, (ulong)epoch).Shuffle(order.AsSpan());
        return order;
    }

    private IEnumerable<Batch> Batches(ulong seed, long epoch, int skip)
    {
        int[] order = Order(seed, epoch);
        for (int b = skip; b < BatchCount; b++)
        {
            int start = b * BatchSize;
            var batch = Dataset.Get(order.AsSpan(start, Math.Min(BatchSize, order.Length - start)));
            yield return Transformed(batch, seed, epoch);
        }
    }

    private Batch Transformed(Batch batch, ulong seed, long epoch)
    {
        if (Transforms.Count == 0) return batch;
        var input = batch.Input;
        for (int t = 0; t < Transforms.Count; t++)
            input = Transforms[t].Apply(input, new SampleRandom(seed, epoch, t, batch.Indices));
        return batch.WithInput(input);
    }
}
