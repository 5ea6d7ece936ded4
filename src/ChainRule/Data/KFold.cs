namespace ChainRule.Data;

/// <summary>One division of a data set for cross-validation.</summary>
/// <param name="Number">Number of the fold, from 1.</param>
/// <param name="Train">The samples to learn from.</param>
/// <param name="Validation">The samples to measure on.</param>
public sealed record DataFold(int Number, Dataset Train, Dataset Validation);

/// <summary>
/// Divides a data set into k parts, each of which is measured on once while the others are learned from.
/// </summary>
public static class KFold
{
    /// <summary>Folds at random, whose sizes differ by one sample at most.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="folds">Number of folds k, from 2 to the number of samples.</param>
    /// <param name="rng">Decides which sample goes where; moves on.</param>
    /// <returns><c>[k]</c> folds; every sample is in one validation part.</returns>
    /// <exception cref="DataException">There are fewer samples than folds, or fewer than 2 folds.</exception>
    public static IReadOnlyList<DataFold> Split(Dataset data, int folds, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(rng);
        return Deal(data, folds, [Shuffled(Enumerable.Range(0, data.Count), rng)]);
    }

    /// <summary>Folds at random in each of which every class has its share, to within one sample.</summary>
    /// <param name="data">The samples, whose targets are class numbers <c>[N]</c>.</param>
    /// <param name="folds">Number of folds k, from 2 to the number of samples.</param>
    /// <param name="rng">Decides which sample goes where; moves on.</param>
    /// <returns><c>[k]</c> folds; every sample is in one validation part.</returns>
    /// <exception cref="DataException">There are fewer samples than folds, fewer than 2 folds, or the targets are no
    /// class numbers.</exception>
    public static IReadOnlyList<DataFold> Stratified(Dataset data, int folds, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(rng);
        int[] classes = ClassNumbers.Of(data, "KFold.Stratified");
        return Deal(data, folds, Enumerable.Range(0, data.Count).GroupBy(i => classes[i]).OrderBy(g => g.Key)
            .Select(g => Shuffled(g, rng)));
    }

    private static int[] Shuffled(IEnumerable<int> samples, Rng rng)
    {
        int[] order = [.. samples];
        rng.Shuffle(order.AsSpan());
        return order;
    }

    // Like cards, going on with the next fold from one class to the next.
    private static DataFold[] Deal(Dataset data, int folds, IEnumerable<int[]> classes)
    {
        if (folds < 2 || folds > data.Count)
        {
            throw new DataException(
                "KFold", $"{folds} folds of {data.Count} samples; expected 2 folds or more, and no more than samples.");
        }
        List<int>[] parts = [.. Enumerable.Range(0, folds).Select(_ => new List<int>())];
        int next = 0;
        foreach (int sample in classes.SelectMany(c => c)) parts[next++ % folds].Add(sample);
        return
        [
            .. parts.Select((part, i) => new DataFold(
                i + 1,
                data.Subset([.. parts.Where((_, j) => j != i).SelectMany(p => p).Order()]),
                data.HeldOut([.. part.Order()]))),
        ];
    }
}
