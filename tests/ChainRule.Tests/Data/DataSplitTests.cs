using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class DataSplitTests
{
    [Theory]
    [InlineData(10, 0.1, 0.2)]
    [InlineData(101, 0.15, 0.15)]
    [InlineData(7, 0.3, 0.3)]
    public void Random_parts_have_their_shares_and_every_sample_is_in_one(int count, double validation, double test)
    {
        DataSplit split = DataSplit.Random(Classes(new int[count]), validation, test, new Rng(1));
        Assert.Equal(Enumerable.Range(0, count), All(split).Order());
        Assert.InRange(split.Validation.Count, (validation * count) - 1, (validation * count) + 1);
        Assert.InRange(split.Test.Count, (test * count) - 1, (test * count) + 1);
        Assert.Equal(All(split), All(DataSplit.Random(Classes(new int[count]), validation, test, new Rng(1))));
        if (count > 50)
            Assert.NotEqual(All(split), All(DataSplit.Random(Classes(new int[count]), validation, test, new Rng(2))));
    }

    [Fact]
    public void Stratified_parts_have_each_class_share_to_within_one_sample()
    {
        int[] sizes = [500, 73, 20, 9, 3, 1, 1, 1];
        int[] classes = [.. sizes.SelectMany((n, c) => Enumerable.Repeat(c, n))];
        DataSplit split = DataSplit.Stratified(Classes(classes), 0.1, 0.2, new Rng(3));
        Assert.Equal(Enumerable.Range(0, classes.Length), All(split).Order());
        (Dataset Part, double Share)[] parts = [(split.Train, 0.7), (split.Validation, 0.1), (split.Test, 0.2)];
        foreach (var (part, share) in parts)
        {
            int[] found = [.. Places(part).Select(i => classes[i])];
            for (int c = 0; c < sizes.Length; c++)
                Assert.InRange(found.Count(f => f == c), (share * sizes[c]) - 1, (share * sizes[c]) + 1);
            Assert.InRange(found.Length, (share * classes.Length) - 2, (share * classes.Length) + 2);
        }
    }

    [Fact]
    public void Groups_stay_together()
    {
        Rng rng = new(4);
        int[] groups = [.. Enumerable.Range(0, 300).Select(_ => rng.NextInt(40))];
        DataSplit split = DataSplit.ByGroup(Classes(groups), groups, 0.2, 0.2, new Rng(5));
        Assert.Equal(Enumerable.Range(0, 300), All(split).Order());
        Dataset[] all = [split.Train, split.Validation, split.Test];
        HashSet<int>[] parts = [.. all.Select(p => Places(p).Select(i => groups[i]).ToHashSet())];
        Assert.Equal(groups.Distinct().Count(), parts.Sum(p => p.Count));
        Assert.InRange(split.Test.Count, 50, 70);
        Assert.InRange(split.Validation.Count, 50, 70);
    }

    [Fact]
    public void Splits_that_cannot_be_are_refused()
    {
        Assert.Equal("DataSplit: shares 0.5 and 0.5; expected numbers above 0, together below 1. "
            + "(Parameter 'test')", Assert.Throws<ArgumentOutOfRangeException>(
                () => DataSplit.Random(Classes(new int[9]), 0.5, 0.5, new Rng(1))).Message);
        Assert.Equal("DataSplit: 2 samples in parts of 2, 0 and 0; expected 1 or more in each.",
            Assert.Throws<DataException>(() => DataSplit.Random(Classes(new int[2]), 0.1, 0.1, new Rng(1))).Message);
        Assert.Equal("DataSplit: 2 groups for 3 samples; expected one each. (Parameter 'groups')",
            Assert.Throws<ArgumentException>(
                () => DataSplit.ByGroup(Classes(new int[3]), [1, 2], 0.2, 0.2, new Rng(1))).Message);
    }

    // The input of a sample is its place.
    private static TensorDataset Classes(int[] classes) => new(
        Tensor.Arange(0, classes.Length), Tensor.From([.. classes.Select(c => (long)c)], [classes.Length]));

    private static int[] Places(Dataset part) => [.. part.All().Input.ToArray<float>().Select(v => (int)v)];

    private static int[] All(DataSplit split) =>
        [.. Places(split.Train), .. Places(split.Validation), .. Places(split.Test)];
}
