namespace ChainRule.Data;

/// <summary>A data set in three parts; every sample is in one of them.</summary>
/// <param name="Train">The samples to learn from.</param>
/// <param name="Validation">The samples to choose by: when to stop, which settings.</param>
/// <param name="Test">The samples to measure on in the end.</param>
/// <remarks><code>
/// var (train, validation, test) = DataSplit.Stratified(data, validation: 0.1, test: 0.2, new Rng(1));
/// </code></remarks>
public sealed record DataSplit(Dataset Train, Dataset Validation, Dataset Test)
{
    /// <summary>Parts at random.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="validation">Share of the samples for validation, above 0.</param>
    /// <param name="test">Share of the samples for the test, above 0; both together below 1.</param>
    /// <param name="rng">Decides which sample goes where; moves on.</param>
    /// <returns>Parts of these shares, to within one sample.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A share is not in its range.</exception>
    /// <exception cref="DataException">A part would be empty.</exception>
    public static DataSplit Random(Dataset data, double validation, double test, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(data);
        return ByClass(data, new int[data.Count], validation, test, rng);
    }

    /// <summary>Parts at random in each of which every class has its share, to within one sample.</summary>
    /// <param name="data">The samples, whose targets are class numbers <c>[N]</c>; all are fetched once.</param>
    /// <param name="validation">Share of the samples for validation, above 0.</param>
    /// <param name="test">Share of the samples for the test, above 0; both together below 1.</param>
    /// <param name="rng">Decides which sample goes where; moves on.</param>
    /// <returns>Parts of these shares.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A share is not in its range.</exception>
    /// <exception cref="DataException">A part would be empty, or the targets are no class numbers.</exception>
    public static DataSplit Stratified(Dataset data, double validation, double test, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(data);
        return ByClass(data, ClassNumbers.Of(data, "DataSplit.Stratified"), validation, test, rng);
    }

    /// <summary>
    /// Parts at random that share no group: all pictures of a patient, or all lines of a writer, come into one part.
    /// </summary>
    /// <param name="data">The samples.</param>
    /// <param name="groups"><c>[N]</c> group of each sample, any numbers.</param>
    /// <param name="validation">Share of the samples for validation, above 0.</param>
    /// <param name="test">Share of the samples for the test, above 0; both together below 1.</param>
    /// <param name="rng">Decides which group goes where; moves on.</param>
    /// <returns>Parts as near to these shares as the groups allow when each goes where most is lacking.</returns>
    /// <exception cref="ArgumentException">There is not one group a sample.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A share is not in its range.</exception>
    /// <exception cref="DataException">A part would be empty.</exception>
    public static DataSplit ByGroup(
        Dataset data, IReadOnlyList<int> groups, double validation, double test, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(rng);
        if (groups.Count != data.Count)
            throw new ArgumentException(
                $"DataSplit: {groups.Count} groups for {data.Count} samples; expected one each.", nameof(groups));
        double[] lacking = [.. Shares(validation, test).Select(s => s * data.Count)];
        List<int>[] parts = [[], [], []];
        int[][] members = [.. Sampler.Places(groups.Count).GroupBy(i => groups[i]).Select(g => g.ToArray())];
        rng.Shuffle(members.AsSpan());
        // Large groups first: the small ones then even out what these left. Equal ones stay in their random order.
        foreach (int[] group in members.OrderByDescending(m => m.Length))
        {
            int part = Array.IndexOf(lacking, lacking.Max());
            parts[part].AddRange(group);
            lacking[part] -= group.Length;
        }
        return Of(data, parts);
    }

    private static DataSplit ByClass(Dataset data, int[] classes, double validation, double test, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        double[] shares = Shares(validation, test), lacking = new double[3];
        List<int>[] parts = [[], [], []];
        foreach (var members in Sampler.Places(classes.Length).GroupBy(i => classes[i]).OrderBy(g => g.Key))
        {
            int[] order = [.. members];
            rng.Shuffle(order.AsSpan());
            // Whole samples first; what is left of the class, fewer than there are parts, goes where most is lacking.
            int[] sizes = [.. shares.Select(s => (int)(s * order.Length + 1e-9))];
            for (int part = 0; part < 3; part++) lacking[part] += (shares[part] * order.Length) - sizes[part];
            HashSet<int> open = [0, 1, 2];
            for (int left = order.Length - sizes.Sum(); left > 0; left--)
            {
                int part = open.MaxBy(p => lacking[p]);
                open.Remove(part);
                sizes[part]++;
                lacking[part]--;
            }
            int begin = 0;
            for (int part = 0; part < 3; begin += sizes[part++])
                parts[part].AddRange(order.AsSpan(begin, sizes[part]));
        }
        return Of(data, parts);
    }

    private static double[] Shares(double validation, double test)
    {
        if (!(validation > 0 && test > 0 && validation + test < 1))
        {
            string name = validation is > 0 and < 1 ? nameof(test) : nameof(validation);
            throw new ArgumentOutOfRangeException(name, FormattableString.Invariant(
                $"DataSplit: shares {validation} and {test}; expected numbers above 0, together below 1."));
        }
        return [1 - validation - test, validation, test];
    }

    private static DataSplit Of(Dataset data, List<int>[] parts)
    {
        foreach (List<int> part in parts)
        {
            part.Sort();
            if (part.Count == 0)
            {
                throw new DataException("DataSplit", $"{data.Count} samples in parts of {parts[0].Count}, "
                    + $"{parts[1].Count} and {parts[2].Count}; expected 1 or more in each.");
            }
        }
        return new DataSplit(data.Subset([.. parts[0]]), data.HeldOut([.. parts[1]]), data.HeldOut([.. parts[2]]));
    }
}
