namespace ChainRule.Data;

/// <summary>
/// Every sample once, in an order in which each batch has its share of every class: the number of samples of a class in
/// a batch differs from the class's share by less than two.
/// </summary>
/// <remarks>
/// Classes take turns so that after k samples each has had its share of k to less than one sample (Tijdeman, "The
/// chairman assignment problem", 1980); then samples change places within their batch, and the full batches among each
/// other.
/// </remarks>
public sealed class StratifiedSampler : Sampler
{
    // The samples of each class.
    private readonly int[][] _members;

    /// <summary>A sampler of samples whose classes are known.</summary>
    /// <param name="classes"><c>[N]</c> class of each sample, any numbers.</param>
    public StratifiedSampler(IReadOnlyList<int> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        Count = classes.Count;
        _members = [.. Places(Count).GroupBy(i => classes[i]).OrderBy(g => g.Key).Select(g => g.ToArray())];
    }

    /// <summary>A sampler of a data set whose targets are class numbers.</summary>
    /// <param name="data">The samples, with targets <c>[N]</c> int64 or int32; all are fetched once.</param>
    /// <exception cref="DataException">The targets are no class numbers.</exception>
    public StratifiedSampler(Dataset data)
        : this(ClassNumbers.Of(data, "StratifiedSampler"))
    {
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override int[] Order(int batchSize, Rng rng)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentNullException.ThrowIfNull(rng);
        int[][] members = [.. _members.Select(m => (int[])m.Clone())];
        foreach (int[] m in members) rng.Shuffle(m.AsSpan());
        var order = new int[Count];
        var taken = new int[members.Length];
        for (int k = 0; k < order.Length; k++)
        {
            int turn = Turn(members, taken, k + 1);
            order[k] = members[turn][taken[turn]++];
        }
        for (int start = 0; start < order.Length; start += batchSize)
            rng.Shuffle(order.AsSpan(start, Math.Min(batchSize, order.Length - start)));
        ShuffleBatches(order, batchSize, rng);
        return order;
    }

    // Of the classes that are far enough behind, the one that must not wait longest.
    private int Turn(int[][] members, int[] taken, int position)
    {
        int best = 0;
        double least = double.PositiveInfinity, slack = members.Length > 1 ? 0.5 / (members.Length - 1) : 0;
        for (int c = 0; c < members.Length; c++)
        {
            if (taken[c] == members[c].Length) continue;
            double share = (double)members[c].Length / Count, behind = (share * position) - taken[c];
            double deadline = (1 - slack - behind) / share;
            if (behind >= slack - 1e-9 && deadline < least) (best, least) = (c, deadline);
        }
        return best;
    }
}
