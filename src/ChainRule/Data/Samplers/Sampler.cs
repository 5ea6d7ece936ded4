namespace ChainRule.Data;

/// <summary>
/// Decides which samples an epoch has, and in which order. A <see cref="DataLoader"/> cuts the order into batches.
/// </summary>
/// <remarks>
/// The order is a function of the generator it is given, which the loader makes from its seed and the epoch's number:
/// a sampler remembers nothing, and a training that goes on in the middle of an epoch gets the batches it would have
/// had.
/// </remarks>
public abstract class Sampler
{
    /// <summary>Number of samples in an epoch, each as often as it is drawn.</summary>
    public abstract int Count { get; }

    /// <summary>The samples of an epoch.</summary>
    /// <param name="batchSize">Samples in a batch; the last batch may have fewer.</param>
    /// <param name="rng">The epoch's generator.</param>
    /// <returns><c>[Count]</c> places in the data set.</returns>
    public abstract int[] Order(int batchSize, Rng rng);

    /// <summary>The places 0, 1, ..., count - 1.</summary>
    internal static int[] Places(int count)
    {
        var places = new int[count];
        for (int i = 0; i < count; i++) places[i] = i;
        return places;
    }

    /// <summary>Puts the full batches into a random order; what is left at the end stays there.</summary>
    internal static void ShuffleBatches(int[] order, int batchSize, Rng rng)
    {
        int[] batches = Places(order.Length / batchSize), from = [.. order];
        rng.Shuffle(batches.AsSpan());
        for (int b = 0; b < batches.Length; b++)
            from.AsSpan(batches[b] * batchSize, batchSize).CopyTo(order.AsSpan(b * batchSize));
    }
}
