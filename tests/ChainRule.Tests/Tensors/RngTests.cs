namespace ChainRule.Tests.Tensors;

public sealed class RngTests
{
    // The known answers that the authors publish with the generator (Random123, kat_vectors, philox4x32 10).
    [Theory]
    [InlineData(0UL, 0UL, 0UL, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(
        0x299f31d0a4093822UL, 0x0370734413198a2eUL, 0x85a308d3243f6a88UL,
        0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Philox_gives_the_published_words(
        ulong seed, ulong stream, ulong block, uint word0, uint word1, uint word2, uint word3)
    {
        uint[] words = new uint[4];
        Rng.Philox(seed, stream, block, words);
        Assert.Equal([word0, word1, word2, word3], words);
    }

    [Fact]
    public void Words_of_a_stream_are_the_blocks_in_order()
    {
        Rng rng = new(12, 34);
        uint[] expected = new uint[12];
        for (int block = 0; block < 3; block++) Rng.Philox(12, 34, (ulong)block, expected.AsSpan(4 * block));
        Assert.Equal(expected, Words(rng, 12));
    }

    [Fact]
    public void State_taken_at_any_position_goes_on_with_the_same_words()
    {
        uint[] all = Words(new Rng(7, 3), 40);
        Rng rng = new(7, 3);
        for (int position = 0; position < 20; position++)
        {
            Assert.Equal(new RngState(7, 3, (ulong)position), rng.State);
            Assert.Equal(all[position..(position + 20)], Words(new Rng(rng.State), 20));
            rng.NextUInt32();
        }
    }

    [Fact]
    public void State_set_back_repeats_what_was_drawn()
    {
        Rng rng = new(5);
        rng.NextUInt32();
        RngState state = rng.State;
        (double, double, int, float) first = (rng.NextNormal(), rng.NextDouble(), rng.NextInt(1000), rng.NextFloat());
        rng.State = state;
        Assert.Equal(first, (rng.NextNormal(), rng.NextDouble(), rng.NextInt(1000), rng.NextFloat()));
    }

    [Fact]
    public void Streams_and_seeds_share_no_words()
    {
        HashSet<uint> seen = [];
        (ulong, ulong)[] streams = [(1, 0), (1, 1), (1, 1UL << 63), (2, 0), (1UL << 32, 0)];
        foreach ((ulong seed, ulong stream) in streams)
            seen.UnionWith(Words(new Rng(seed, stream), 1000));
        Assert.InRange(seen.Count, 4995, 5000);                      // 5000 of 2^32 words: a repeat is a chance of 0.3%
    }

    [Fact]
    public void Streams_are_uncorrelated()
    {
        Rng a = new(1, 0), b = new(1, 1);
        double sum = 0;
        for (int i = 0; i < 20_000; i++) sum += (a.NextDouble() - 0.5) * (b.NextDouble() - 0.5) * 12;
        Assert.InRange(sum / 20_000, -0.03, 0.03);                   // four standard errors
    }

    [Fact]
    public void Split_moves_on_by_two_words_and_repeats_with_the_seed()
    {
        Rng one = new(9), other = new(9);
        Rng first = one.Split(), second = one.Split();
        Assert.Equal(4UL, one.State.Position);
        Assert.Equal(0UL, first.State.Position);
        Assert.NotEqual(first.Stream, second.Stream);
        Assert.NotEqual(one.Stream, first.Stream);
        Assert.Equal(Words(other.Split(), 8), Words(first, 8));
        Assert.Equal(Words(other.Split(), 8), Words(second, 8));
        Assert.NotEqual(Words(new Rng(9), 8), Words(first, 8));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData((1 << 30) + 1)]
    [InlineData(int.MaxValue)]
    public void NextInt_stays_in_range_and_fills_it_evenly(int bound)
    {
        Rng rng = new(3, (ulong)bound);
        int buckets = Math.Min(bound, 10), draws = 20_000;
        int[] hits = new int[buckets];
        for (int i = 0; i < draws; i++)
        {
            int v = rng.NextInt(bound);
            Assert.InRange(v, 0, bound - 1);
            hits[(int)((long)v * buckets / bound)]++;
        }
        double expected = (double)draws / buckets, chi = hits.Sum(h => (h - expected) * (h - expected) / expected);
        // p below 0.0005 at 9 degrees of freedom
        Assert.True(chi < 30, $"chi squared {chi:f1} over {buckets} buckets");
    }

    [Fact]
    public void NextInt_below_one_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rng(1).NextInt(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rng(1).NextInt(-3));
    }

    [Fact]
    public void Uniform_numbers_have_the_moments_of_the_distribution()
    {
        Rng rng = new(11);
        double[] d = [.. Enumerable.Range(0, 100_000).Select(_ => rng.NextDouble())];
        float[] f = [.. Enumerable.Range(0, 100_000).Select(_ => rng.NextFloat())];
        Assert.True(d.All(v => v is >= 0 and < 1) && f.All(v => v is >= 0 and < 1));
        Assert.Equal(0.5, d.Average(), 0.004);
        Assert.Equal(0.5, f.Average(), 0.004);
        Assert.Equal(1 / 12.0, d.Average(v => (v - 0.5) * (v - 0.5)), 0.002);
        Assert.True(f.All(v => v * (1 << 24) == MathF.Truncate(v * (1 << 24))));
    }

    [Fact]
    public void Normal_numbers_have_the_moments_of_the_distribution()
    {
        Rng rng = new(12);
        double[] v = [.. Enumerable.Range(0, 100_000).Select(_ => rng.NextNormal())];
        Assert.True(v.All(double.IsFinite));
        Assert.Equal(0, v.Average(), 0.015);
        Assert.Equal(1, v.Average(x => x * x), 0.02);
        Assert.Equal(0, v.Average(x => x * x * x), 0.06);
        Assert.Equal(3, v.Average(x => x * x * x * x), 0.15);
        Assert.Equal(0.9545, v.Count(x => Math.Abs(x) < 2) / 100_000.0, 0.004);
        double neighbours = Enumerable.Range(0, 99_999).Average(i => v[i] * v[i + 1]);
        Assert.Equal(0, neighbours, 0.015);
    }

    [Fact]
    public void Shuffle_keeps_the_items_and_gives_every_order_equally_often()
    {
        Rng rng = new(13);
        Dictionary<string, int> orders = [];
        for (int i = 0; i < 24_000; i++)
        {
            char[] items = ['a', 'b', 'c', 'd'];
            rng.Shuffle<char>(items);
            string order = new(items);
            orders[order] = orders.GetValueOrDefault(order) + 1;
        }
        Assert.Equal(24, orders.Count);
        Assert.All(orders.Keys, o => Assert.Equal("abcd", string.Concat(o.Order())));
        Assert.True(
            orders.Values.Sum(n => (n - 1000) * (n - 1000) / 1000.0) < 55);      // 23 degrees of freedom, p 0.0002
    }

    [Fact]
    public void Shuffle_of_nothing_or_one_item_draws_nothing()
    {
        Rng rng = new(1);
        rng.Shuffle<int>([]);
        rng.Shuffle<int>([5]);
        Assert.Equal(0UL, rng.State.Position);
    }

    private static uint[] Words(Rng rng, int count)
    {
        uint[] words = new uint[count];
        for (int i = 0; i < count; i++) words[i] = rng.NextUInt32();
        return words;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void Many_words_are_those_that_come_one_by_one(int before)
    {
        foreach (int count in new[] { 0, 1, 3, 31, 32, 33, 100, 257 })
        {
            Rng one = new(seed: 5, stream: 7), many = new(seed: 5, stream: 7);
            for (int i = 0; i < before; i++) Assert.Equal(one.NextUInt32(), many.NextUInt32());
            uint[] words = new uint[count];
            many.Fill(words);
            foreach (uint word in words) Assert.Equal(one.NextUInt32(), word);
            Assert.Equal(one.State, many.State);
            Assert.Equal(one.NextUInt32(), many.NextUInt32());
        }
    }

    [Fact]
    public void Uniform_tensor_holds_the_numbers_that_come_one_by_one()
    {
        Rng one = new(seed: 9), many = new(seed: 9);
        one.NextUInt32();
        many.NextUInt32();
        foreach (float v in Tensor.Rand([37, 71], many, -2, 3).ToArray<float>())
            Assert.Equal((float)(-2 + (5.0 * one.NextFloat())), v);
        Assert.Equal(one.State, many.State);
    }
}
