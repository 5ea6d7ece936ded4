using System.Collections;

namespace ChainRule.Data;

/// <summary>
/// Where a loader stands; put back with <see cref="DataLoader.State"/>, it goes on with the same batches.
/// </summary>
/// <param name="Seed">Decides the order of every epoch.</param>
/// <param name="Epoch">The epoch that the next enumeration gives.</param>
public readonly record struct DataLoaderState(ulong Seed, long Epoch);

/// <summary>
/// Gives the batches of a data set, epoch by epoch. Each enumeration is one epoch; its batches are a function of the
/// seed and the epoch's number alone, however many workers make them.
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
    /// <param name="prefetch">
    /// How many batches to make ahead; 0 for none or, with workers, for two a worker.
    /// </param>
    /// <param name="sampler">
    /// Decides which samples an epoch has, in which order; null for all, in their own order or shuffled.
    /// </param>
    /// <param name="workers">
    /// How many threads make batches; 0 for the reader's own or, with prefetch, for one more.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The batch size, the prefetch or the workers are too
    /// few.</exception>
    /// <exception cref="ArgumentException">There is a sampler, and it shall shuffle too.</exception>
    /// <exception cref="DataException">The data set or an epoch is empty or smaller than a batch.</exception>
    public DataLoader(Dataset dataset, int batchSize, bool shuffle = false, Rng? rng = null, bool dropLast = false,
        IReadOnlyList<Transform>? transforms = null, int prefetch = 0, Sampler? sampler = null, int workers = 0)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (batchSize < 1)
            throw new ArgumentOutOfRangeException(nameof(batchSize), $"batch size {batchSize}; expected 1 or more.");
        if (prefetch < 0)
            throw new ArgumentOutOfRangeException(nameof(prefetch), $"prefetch {prefetch}; expected 0 or more.");
        if (workers < 0)
            throw new ArgumentOutOfRangeException(nameof(workers), $"workers {workers}; expected 0 or more.");
        if (shuffle && sampler is not null)
        {
            throw new ArgumentException(
                $"DataLoader: shuffle and a {sampler.GetType().Name}; the sampler alone decides the order.",
                nameof(shuffle));
        }
        if (dataset.Count == 0)
            throw new DataException("DataLoader", "the data set is empty; expected 1 sample or more.");
        Sampler = sampler ?? (shuffle ? new ShuffledSampler(dataset.Count) : new SequentialSampler(dataset.Count));
        if (batchSize > Sampler.Count)
            throw new DataException("DataLoader",
                $"a batch of {batchSize} samples is larger than {(sampler is null ? "the data" : "an epoch")}, "
                + $"{Sampler.Count}.")
            {
                Help = $"use a batch size of {Sampler.Count} or less.",
            };
        (Dataset, BatchSize, DropLast) = (dataset, batchSize, dropLast);
        Workers = OperatingSystem.IsBrowser() ? 0 : workers == 0 && prefetch > 0 ? 1 : workers;
        Prefetch = Workers == 0 || prefetch > 0 ? prefetch : 2 * Workers;
        Transforms = transforms ?? [];
        State = new DataLoaderState(rng?.NextUInt64() ?? 0, 0);
    }

    /// <summary>The samples.</summary>
    public Dataset Dataset { get; }

    /// <summary>Samples in a batch.</summary>
    public int BatchSize { get; }

    /// <summary>Decides which samples an epoch has, and in which order.</summary>
    public Sampler Sampler { get; }

    /// <summary>Whether a last batch with fewer samples is left out.</summary>
    public bool DropLast { get; }

    /// <summary>How many batches are made ahead of their use.</summary>
    public int Prefetch { get; }

    /// <summary>How many threads make batches beside the reader's; 0 where it makes them itself.</summary>
    public int Workers { get; }

    /// <summary>Changes to the inputs, in order.</summary>
    public IReadOnlyList<Transform> Transforms { get; }

    /// <summary>Where the loader stands: for checkpoints.</summary>
    public DataLoaderState State { get; set; }

    /// <summary>Number of batches in an epoch.</summary>
    public int BatchCount => DropLast ? Sampler.Count / BatchSize : (Sampler.Count + BatchSize - 1) / BatchSize;

    /// <summary>Number of samples in the batches of an epoch.</summary>
    public int SampleCount => DropLast ? BatchCount * BatchSize : Sampler.Count;

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
        return Batches(State.Seed, epoch, skip);
    }

    /// <summary>The order of the samples in an epoch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <exception cref="DataException">The sampler gives a sample that the data set has not.</exception>
    public int[] Order(long epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        return Order(State with { Epoch = epoch });
    }

    internal int[] Order(DataLoaderState place)
    {
        int[] order = Sampler.Order(BatchSize, new Rng(place.Seed, (ulong)place.Epoch));
        string name = Sampler.GetType().Name;
        if (order.Length != Sampler.Count)
            throw new DataException(
                "DataLoader", $"{name} gave {order.Length} samples for an epoch; it announced {Sampler.Count}.");
        foreach (int sample in order)
        {
            if ((uint)sample >= (uint)Dataset.Count)
                throw new DataException("DataLoader",
                    $"{name} gave sample {sample}; the data set ({Dataset.Name}) has {Dataset.Count}.");
        }
        return order;
    }

    private IEnumerable<Batch> Batches(ulong seed, long epoch, int skip)
    {
        int[] order = Order(new DataLoaderState(seed, epoch)), repeats = Repeats(order);
        int count = BatchCount;
        IEnumerable<Batch> batches = Workers > 0
            ? OrderedWorkers<Batch>.Run(Make, skip, count, Workers, Prefetch)
            : Enumerable.Range(skip, Math.Max(0, count - skip)).Select(Make);
        foreach (Batch batch in batches) yield return batch;

        Batch Make(int number)
        {
            int start = number * BatchSize, length = Math.Min(BatchSize, order.Length - start);
            Batch batch = Read(order.AsSpan(start, length));
            if (Transforms.Count == 0) return batch;
            ReadOnlyMemory<int> drawn = repeats.Length == 0 ? default : repeats.AsMemory(start, length);
            Tensor input = batch.Input;
            for (int t = 0; t < Transforms.Count; t++)
                input = Change(Transforms[t], input, new SampleRandom(seed, epoch, t, batch.Indices, drawn));
            return batch.WithInput(input);
        }
    }

    private Tensor Change(Transform transform, Tensor input, SampleRandom random)
    {
        Exception error;
        try
        {
            return transform.Apply(input, random);
        }
        // A wrong shape or type is that of all samples: no sample is to blame.
        catch (Exception e) when (SampleError.Explains(e) && e is not (ShapeException or DTypeException))
        {
            error = e;
        }
        throw SampleError.Explain(Dataset, transform, input, random, error);
    }

    private Batch Read(ReadOnlySpan<int> samples)
    {
        Exception error;
        try
        {
            return Dataset.Get(samples);
        }
        catch (Exception e) when (SampleError.Explains(e))
        {
            error = e;
        }
        throw SampleError.Explain(Dataset, samples, error);
    }

    // How often each sample came before in the epoch; empty where none comes twice.
    private int[] Repeats(int[] order)
    {
        var drawn = new int[Dataset.Count];
        var repeats = new int[order.Length];
        bool any = false;
        for (int i = 0; i < order.Length; i++) any |= (repeats[i] = drawn[order[i]]++) > 0;
        return any ? repeats : [];
    }
}
