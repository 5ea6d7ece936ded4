namespace ChainRule.Data;

/// <summary>Every sample once, in an order of its own in each epoch, every order equally likely.</summary>
public sealed class ShuffledSampler : Sampler
{
    /// <summary>A sampler of so many samples.</summary>
    /// <param name="count">Number of samples in the data set, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 0.</exception>
    public ShuffledSampler(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count;
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override int[] Order(int batchSize, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        int[] order = Places(Count);
        rng.Shuffle(order.AsSpan());
        return order;
    }
}
