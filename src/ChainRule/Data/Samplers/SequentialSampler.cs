namespace ChainRule.Data;

/// <summary>Every sample once, in the data set's own order.</summary>
public sealed class SequentialSampler : Sampler
{
    /// <summary>A sampler of so many samples.</summary>
    /// <param name="count">Number of samples in the data set, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 0.</exception>
    public SequentialSampler(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count;
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override int[] Order(int batchSize, Rng rng) => Places(Count);
}
