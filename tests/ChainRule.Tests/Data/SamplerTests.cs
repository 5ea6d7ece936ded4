using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class SamplerTests
{
    public static TheoryData<string, int, int> Permuting
    {
        get
        {
            TheoryData<string, int, int> cases = [];
            foreach (string name in new[] { "sequential", "shuffled", "without replacement", "stratified", "bucket" })
            {
                foreach (int count in new[] { 1, 7, 100, 1003 })
                {
                    foreach (int batch in new[] { 1, 8, 64 })
                        if (batch <= count) cases.Add(name, count, batch);
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Permuting))]
    public void Every_sample_comes_once_an_epoch_in_an_order_of_seed_and_epoch_alone(string name, int count, int batch)
    {
        Rng rng = new(3);
        int[] numbers = [.. Enumerable.Range(0, count).Select(_ => rng.NextInt(9))];
        Sampler Make() => name switch
        {
            "sequential" => new SequentialSampler(count),
            "shuffled" => new ShuffledSampler(count),
            "without replacement" => new WeightedSampler([.. numbers.Select(n => n + 0.5)], replacement: false),
            "stratified" => new StratifiedSampler(numbers),
            _ => new BucketSampler(numbers, batchesPerBucket: 3),
        };
        DataLoader one = Loader(Make(), count, batch), other = Loader(Make(), count, batch);
        int[] first = one.Order(5);
        Assert.Equal(Enumerable.Range(0, count), first.Order());
        Assert.Equal(first, other.Order(5));
        Assert.Equal(first, one.Epoch(5).SelectMany(b => b.Indices));
        if (name != "sequential" && count >= 100) Assert.NotEqual(first, one.Order(6));
    }

    [Fact]
    public void Loader_without_a_sampler_keeps_the_orders_it_had()
    {
        int[] order = [.. Enumerable.Range(0, 50)];
        new Rng(11, 4).Shuffle(order.AsSpan());
        var loader = new DataLoader(DatasetTests.Counting(50), 8, shuffle: true)
        {
            State = new DataLoaderState(11, 4),
        };
        Assert.Equal(order, loader.SelectMany(b => b.Indices));
    }

    [Fact]
    public void Weighted_draws_have_the_frequencies_of_the_weights()
    {
        double[] weights = [1, 2, 0, 3, 4];
        int[] drawn = Loader(new WeightedSampler(weights, 100_000), 5, 100).Order(0);
        Assert.DoesNotContain(2, drawn);
        // 3 degrees of freedom: above 16.3 in one of a thousand samples.
        Assert.InRange(ChiSquare(drawn, [0.1, 0.2, 0, 0.3, 0.4]), 0, 16.3);
    }

    [Fact]
    public void Draws_without_replacement_are_those_of_an_urn()
    {
        double[] weights = [1, 2, 3, 4];
        WeightedSampler sampler = new(weights, 2, replacement: false);
        DataLoader loader = Loader(sampler, 4, 1);
        int[] pairs = [.. Enumerable.Range(0, 20_000).Select(e => loader.Order(e)).Select(o => (4 * o[0]) + o[1])];
        double[] shares = [.. Enumerable.Range(0, 16).Select(p => p / 4 == p % 4 ? 0
            : weights[p / 4] / 10 * weights[p % 4] / (10 - weights[p / 4]))];
        // 11 degrees of freedom: above 31.3 in one of a thousand samples.
        Assert.InRange(ChiSquare(pairs, shares), 0, 31.3);
    }

    [Fact]
    public void Balanced_weights_draw_rare_classes_as_often_as_others()
    {
        int[] classes = [.. Enumerable.Repeat(0, 970), .. Enumerable.Repeat(7, 30)];
        int[] drawn = Loader(WeightedSampler.Balanced(classes, 20_000), 1000, 100).Order(0);
        Assert.InRange(drawn.Count(i => classes[i] == 7), 9_700, 10_300);
    }

    [Fact]
    public void Sample_drawn_twice_is_changed_in_two_ways()
    {
        var spy = new LambdaTransform((x, random) => Tensor.From(
            [.. Enumerable.Range(0, random.Count).Select(i => random[i].NextFloat())], [random.Count]));
        var loader = new DataLoader(DatasetTests.Counting(3), 5, rng: new Rng(1), transforms: [spy],
            sampler: new WeightedSampler([1, 1, 1], 60));
        float[] first = [.. loader.Epoch(0).SelectMany(b => b.Input.ToArray<float>())];
        Assert.Equal(60, first.Distinct().Count());
        Assert.Equal(first[20..], loader.Epoch(0, skip: 4).SelectMany(b => b.Input.ToArray<float>()));
    }

    [Theory]
    [InlineData(10, 1, 1, 1, 1, 1)]
    [InlineData(16, 1000, 5, 5, 3, 1)]
    [InlineData(7, 50, 49, 1, 20, 30)]
    [InlineData(32, 600, 300, 100, 0, 24)]
    public void Batches_have_their_share_of_every_class(int batchSize, params int[] sizes)
    {
        int[] classes = [.. sizes.SelectMany((n, c) => Enumerable.Repeat(c, n))];
        if (batchSize > classes.Length) batchSize = classes.Length;
        DataLoader loader = Loader(new StratifiedSampler(classes), classes.Length, batchSize);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            foreach (Batch batch in loader.Epoch(epoch))
            {
                for (int c = 0; c < sizes.Length; c++)
                {
                    double share = (double)sizes[c] / classes.Length * batch.Count;
                    Assert.InRange(batch.Indices.Count(i => classes[i] == c), share - 2, share + 2);
                }
            }
        }
    }

    [Fact]
    public void Stratified_sampler_reads_classes_from_targets_and_refuses_numbers()
    {
        int[] classes = [0, 0, 1, 1, 0, 1];
        TensorDataset data = new(Tensor.Zeros([6, 2]), Tensor.From([.. classes.Select(c => (long)c)], [6]));
        int[] order = Loader(new StratifiedSampler(data), 6, 2).Order(0);
        Assert.All(order.Chunk(2), pair => Assert.Equal(1, pair.Sum(i => classes[i])));
        Assert.Equal("StratifiedSampler: targets are [6, 1] float32; expected class numbers [N], int64 or int32.",
            Assert.Throws<DataException>(
                () => new StratifiedSampler(new TensorDataset(Tensor.Zeros([6]), Tensor.Zeros([6, 1])))).Message);
    }

    [Fact]
    public void Bucket_sampler_reads_the_lengths_of_a_part_and_refuses_what_has_none()
    {
        SequenceDataset data = new([.. Enumerable.Range(0, 40).Select(i => Tensor.Ones([1 + (i * 7 % 40)]))],
            Tensor.Zeros([40], DType.Int64));
        Dataset part = data.Split(0.5, new Rng(1)).First;
        int[] lengths = [.. part.All().Sequences!.Lengths.ToArray<long>().Select(n => (int)n)];
        Assert.Equal(
            new BucketSampler(lengths, 2).Order(4, new Rng(2)), new BucketSampler(part, 2).Order(4, new Rng(2)));
        Errors.ErrorSnapshot.Throws<DataException>(
            "BucketSampler: batches of the data set (TensorDataset) have no lengths; expected padded sequences.",
            () => new BucketSampler(new TensorDataset(Tensor.Ones([3, 2]), Tensor.Zeros([3]))));
    }

    [Fact]
    public void Buckets_save_padding_and_no_length_always_comes_last()
    {
        Rng rng = new(2);
        int[] lengths = [.. Enumerable.Range(0, 1010).Select(_ => 1 + rng.NextInt(100))];
        double Padded(DataLoader loader) =>
            loader.Epoch(0).Sum(b => (double)b.Count * b.Indices.Max(i => lengths[i])) / lengths.Sum();

        DataLoader buckets = Loader(new BucketSampler(lengths), 1010, 20);
        Assert.InRange(Padded(buckets), 1, 1.05);
        Assert.InRange(Padded(Loader(new ShuffledSampler(1010), 1010, 20)), 1.7, 2.1);
        double[] last = [.. Enumerable.Range(0, 40).Select(e => buckets.Order(e)[^10..].Average(i => lengths[i]))];
        Assert.True(last.Min() < 30 && last.Max() > 70);
        // Long and short batches are mixed.
        double[] means = [.. buckets.Epoch(0).Take(25).Select(b => b.Indices.Average(i => lengths[i]))];
        Assert.InRange(means.Average(), 35, 65);
    }

    [Theory]
    [InlineData("WeightedSampler: weight 1 is -1; expected 0 or more. (Parameter 'weights')", 3, true, 1.0, -1.0)]
    [InlineData("WeightedSampler: weight 0 is NaN; expected 0 or more. (Parameter 'weights')", 3, true, double.NaN)]
    [InlineData("WeightedSampler: the weights sum up to 0; expected more than 0. (Parameter 'weights')", 3, true, 0.0)]
    [InlineData("WeightedSampler: 0 draws; expected 1 or more. (Parameter 'count')", 0, true, 1.0)]
    [InlineData("WeightedSampler: 2 draws; expected 1 to 1. (Parameter 'count')", 2, false, 1.0, 0.0)]
    public void Weights_that_cannot_be_drawn_from_are_refused(
        string message, int count, bool replacement, params double[] weights) => Assert.Equal(
        message,
        Assert.ThrowsAny<ArgumentException>(() => new WeightedSampler(weights, count, replacement)).Message);

    private static DataLoader Loader(Sampler sampler, int count, int batchSize) =>
        new(DatasetTests.Counting(count), batchSize, rng: new Rng(9), sampler: sampler);

    private static double ChiSquare(int[] drawn, double[] shares)
    {
        double sum = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            double expected = shares[i] * drawn.Length, seen = drawn.Count(d => d == i);
            if (expected == 0) Assert.Equal(0, seen);
            else sum += (seen - expected) * (seen - expected) / expected;
        }
        return sum;
    }
}
