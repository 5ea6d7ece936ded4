namespace ChainRule.Tests.Operators;

public sealed class IndexingOpTests
{
    private static readonly Tensor Counting = Tensor.Arange(0, 24, dtype: DType.Float64).Reshape(2, 3, 4);

    [Fact]
    public void Gather_picks_along_every_dim_also_from_views()
    {
        Tensor x = Tensor.From(new[,] { { 1f, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal([1f, 5, 3, 4, 2, 6], x.Gather(0, Tensor.From([0L, 1, 0, 1, 0, 1], [2, 3])).ToArray<float>());
        Assert.Equal([3f, 1, 4, 4], x.Gather(1, Tensor.From([2, 0, 0, 0], [2, 2])).ToArray<float>());
        Assert.Equal([4f, 1, 2, 2, 6, 3], x.T.Gather(1, Tensor.From([1L, 0, 0, 0, 1, 0], [3, 2])).ToArray<float>());
        Assert.Equal([2f], x.Gather(1, Tensor.From([1L], [1, 1])).ToArray<float>());
        Assert.Equal(7, Tensor.Scalar(7).Gather(0, Tensor.Scalar(0, DType.Int64)).Item());
        Assert.Equal([3, 0], x.Gather(0, Tensor.Zeros([3, 0], DType.Int64)).Shape.ToArray());
        Assert.Equal([true, true], Tensor.From(false, true).Gather(0, Tensor.From(1L, 1)).ToArray<bool>());
    }

    [Fact]
    public void ScatterAdd_adds_repeated_targets()
    {
        Tensor y =
            Tensor.Ones([2, 3]).ScatterAdd(1, Tensor.From([0L, 0, 2, 1], [2, 2]),
            Tensor.From([1f, 2, 5, 3, 4, 5], [2, 3]));
        Assert.Equal([4f, 1, 1, 1, 5, 4], y.ToArray<float>());
        Assert.Equal([0L, 3],
            Tensor.Zeros([2], DType.Int64).ScatterAdd(0, Tensor.From(1L, 1), Tensor.From(1L, 2)).ToArray<long>());
    }

    [Fact]
    public void IndexSelect_repeats_slices_of_every_dim()
    {
        Assert.Equal([4.0, 5, 6, 7, 4, 5, 6, 7], Counting.IndexSelect(1, Tensor.From(1L, 1))[0].ToArray<double>());
        Assert.Equal([3.0, 0, 7, 4, 11, 8], Counting.IndexSelect(-1, Tensor.From(3, 0))[0].ToArray<double>());
        Assert.Equal([0, 3, 4], Counting.IndexSelect(0, Tensor.Zeros([0], DType.Int64)).Shape.ToArray());
        Assert.Equal([15.0, 19, 23], Counting.Permute(2, 0, 1).IndexSelect(0, Tensor.From(3L))[0, 1].ToArray<double>());
    }

    [Fact]
    public void Indexing_passes_both_gradient_checks()
    {
        Tensor x = Derivatives.Normal([2, 3, 4]), source = Derivatives.Normal([2, 3, 2], 2);
        Tensor index = Tensor.From([0L, 2, 3, 3, 1, 1, 0, 0, 2, 1, 3, 3], [2, 3, 2]), rows = Tensor.From(2L, 0, 2);
        Derivatives.Check(t => t[0].Gather(2, index).Square(), x);
        Derivatives.Check(t => t[0].Permute(2, 1, 0).Gather(0, Tensor.From([3L, 3, 0, 1], [1, 2, 2])).Square(), x);
        Derivatives.Check(t => t[0].ScatterAdd(2, index, t[1]).Square(), x, source);
        Derivatives.Check(t => t[0].ScatterAdd(0, Tensor.From([1L, 1, 0], [1, 3, 1]), t[1]).Square(), x, source);
        for (int dim = 0; dim < 3; dim++)
        {
            int at = dim;
            Tensor used = at == 0 ? Tensor.From(1L, 1, 0) : rows;
            Derivatives.Check(t => t[0].IndexSelect(at, used).Square(), x);
            Derivatives.Check(t => t[0].Cumsum(at).Square(), x);
            Derivatives.Check(t => t[0].Flip(at, (at + 1) % 3).Square(), x);
            Derivatives.Check(t => t[0].Split(2, at)[0].Square(), x);
        }
        Derivatives.Check(t => t[0].Pad([(1, 0), (0, 2)], 3).Square(), x);
        Derivatives.Check(t => t[0].MaskedFill(Tensor.From(true, false, false, true), 2).Square(), x);
        Derivatives.Check(t => t[0].Split([1, 0, 3], 2)[2] * t[0].Split([1, 0, 3], 2)[0], x);
        Derivatives.Check(
            t => F.NllLoss(t[0].LogSoftmax(1), Tensor.From([0L, 1, 2, 0, 2, 2, 1, 1], [2, 4]), ignoreIndex: 1), x);
    }

    [Fact]
    public void IndexSelect_of_many_rows_sums_gradients_with_the_same_bits_for_any_thread_count()
    {
        Rng rng = new(8);
        Tensor index = Tensor.From([.. Enumerable.Range(0, 3000).Select(_ => (long)rng.NextInt(50))]);
        Tensor dy = Tensor.Randn([3000, 130], new Rng(9));
        float[] one = Threads.On(1, Gradient);
        Assert.Equal(one, Threads.On(2, Gradient));
        double[] plain = new double[50 * 130];
        long[] rows = index.ToArray<long>();
        float[] values = dy.ToArray<float>();
        for (int i = 0; i < values.Length; i++) plain[(rows[i / 130] * 130) + (i % 130)] += values[i];
        for (int i = 0; i < plain.Length; i++) Assert.Equal(plain[i], one[i], 1e-4);

        float[] Gradient()
        {
            Tensor table = Tensor.Zeros([50, 130]);
            table.RequiresGrad = true;
            Tensor y = table.IndexSelect(0, index);
            y.Backward(dy);
            return table.Grad!.ToArray<float>();
        }
    }

    [Fact]
    public void Bad_indices_are_named_with_their_place()
    {
        Assert.Equal(
            "gather: index 3 at position [1, 0] is out of range for dim 1 of [2, 3]; use 0 to 2.",
            Assert.Throws<DataException>(() => Tensor.Ones([2, 3]).Gather(1, Tensor.From([0L, 3], [2, 1]))).Message);
        Assert.Equal(
            "index_select: index -1 at position [0] is out of range for dim 0 of [2, 3]; use 0 to 1.",
            Assert.Throws<DataException>(() => Tensor.Ones([2, 3]).IndexSelect(0, Tensor.From(-1L))).Message);
        Assert.Equal(
            "one_hot: class 4 at position [1] is out of range for 3 classes; use 0 to 2.",
            Assert.Throws<DataException>(() => Tensor.OneHot(Tensor.From(0L, 4), 3)).Message);
        Assert.Equal(
            "gather: index must be int64 or int32, got float32.\n  help: convert with To(DType.Int64) first.",
            Assert.Throws<DTypeException>(() => Tensor.Ones([2]).Gather(0, Tensor.Ones([2]))).Message);
        Assert.Equal(
            "gather: index [3, 1] does not fit [2, 3]: ranks must be equal, "
            + "and sizes at most the tensor's but along dim 1.",
            Assert.Throws<ShapeException>(
            () => Tensor.Ones([2, 3]).Gather(1, Tensor.Zeros([3, 1], DType.Int64))).Message);
        Assert.Equal(
            "scatter_add: source [1] must be at least as large as index [2] on every dimension.",
            Assert.Throws<ShapeException>(
            () => Tensor.Ones([3]).ScatterAdd(0, Tensor.From(0L, 1), Tensor.Ones([1]))).Message);
        Assert.Equal(
            "index_select: the index must be [K], got [1, 1].",
            Assert.Throws<ShapeException>(
            () => Tensor.Ones([3]).IndexSelect(0, Tensor.Zeros([1, 1], DType.Int64))).Message);
        Assert.Equal(
            "NllLoss: label 3 is out of range for 3 classes; use 0 to 2, or -100 to leave it out.",
            Assert.Throws<DataException>(() => F.NllLoss(Tensor.Ones([3]), Tensor.Scalar(3, DType.Int64))).Message);
    }

    [Fact]
    public void OneHot_marks_the_class_in_a_new_last_dim()
    {
        Tensor y = Tensor.OneHot(Tensor.From([1L, 0, 2], [3]));
        Assert.Equal((DType.Int64, new long[] { 0, 1, 0, 1, 0, 0, 0, 0, 1 }), (y.DType, y.ToArray<long>()), EqualPair);
        Assert.Equal([0f, 0, 1, 0], Tensor.OneHot(Tensor.Scalar(2, DType.Int32), 4, DType.Float32).ToArray<float>());

        static bool EqualPair((DType, long[]) a, (DType, long[]) b) =>
            a.Item1 == b.Item1 && a.Item2.SequenceEqual(b.Item2);
    }

    [Fact]
    public void Pad_surrounds_the_last_dims_in_their_order()
    {
        Tensor x = Tensor.From(new[,] { { 1f, 2 }, { 3, 4 } });
        Tensor y = x.Pad([(1, 0), (0, 2)], -1);
        Assert.Equal([3, 4], y.Shape.ToArray());
        Assert.Equal([-1f, -1, -1, -1, 1, 2, -1, -1, 3, 4, -1, -1], y.ToArray<float>());
        Assert.Equal([1f, 3, 0, 2, 4, 0], x.T.Pad([(0, 1)]).ToArray<float>());
        Assert.Equal([0f, 0], Tensor.Zeros([0]).Pad([(1, 1)]).ToArray<float>());
        Assert.Equal(
            "pad: 2 pairs for [2], which has 1 dimensions.",
            Assert.Throws<ShapeException>(() => Tensor.Ones([2]).Pad([(1, 1), (1, 1)])).Message);
        Assert.StartsWith(
            "pad: (-1, 0) for dim 0 has a negative count; cut with Slice.",
            Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Ones([2]).Pad([(-1, 0)])).Message);
    }

    [Fact]
    public void Split_and_chunk_cover_the_dim_in_order()
    {
        Tensor x = Tensor.Arange(0, 7);
        Assert.Equal([3, 3, 1], x.Split(3).Select(p => p.Count));
        Assert.Equal([6f], x.Split(3)[2].ToArray<float>());
        Assert.Equal([2, 0, 5], x.Split([2, 0, 5]).Select(p => p.Count));
        Assert.Equal([3, 3, 1], x.Chunk(3).Select(p => p.Count));
        Assert.Equal([2, 2, 2, 1], x.Chunk(5).Select(p => p.Count));
        Assert.Equal([0], Tensor.Zeros([0]).Split(2).Select(p => p.Count));
        Assert.Equal(
            "split: sizes [3, 3] do not add up to 7, dim 0 of [7].",
            Assert.Throws<ShapeException>(() => x.Split([3, 3])).Message);
    }

    [Fact]
    public void Split_without_a_gradient_for_every_piece_fills_in_zeros()
    {
        Tensor x = Tensor.Arange(0, 5);
        x.RequiresGrad = true;
        Tensor[] pieces = x.Split(2);
        (pieces[2] * 3).Sum().Backward();
        Assert.Equal([0f, 0, 0, 0, 3], x.Grad!.ToArray<float>());
    }

    [Fact]
    public void Flip_and_cumsum_equal_plain_loops()
    {
        Assert.Equal([3f, 2, 1, 6, 5, 4], Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]).Flip(1).ToArray<float>());
        Assert.Equal([6f, 5, 4, 3, 2, 1], Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]).Flip(0, -1).ToArray<float>());
        Assert.Equal([1f, 2, 3, 5, 7, 9], Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]).Cumsum(0).ToArray<float>());
        Assert.Equal([1L, 1, 2], Tensor.From(true, false, true).Cumsum(0).ToArray<long>());
        Tensor wide = Tensor.Randn([3, 40, 37], new Rng(1), dtype: DType.Float64);
        double[] values = wide.ToArray<double>(), sums = [.. values];
        for (int i = 0; i < sums.Length; i++) sums[i] += i / 37 % 40 == 0 ? 0 : sums[i - 37];
        Derivatives.AssertClose(sums, wide.Cumsum(1));
    }

    [Fact]
    public void MaskedFill_broadcasts_the_mask_only()
    {
        Tensor x = Tensor.Ones([2, 2]);
        Assert.Equal([9f, 1, 9, 1], x.MaskedFill(Tensor.From(true, false), 9).ToArray<float>());
        Assert.Equal(
            "masked_fill: the mask [2, 2] does not broadcast to [2].",
            Assert.Throws<ShapeException>(
            () => Tensor.Ones([2]).MaskedFill(Tensor.Zeros([2, 2], DType.Bool), 0)).Message);
        Assert.Equal(
            "masked_fill: the mask must be bool, got float32.",
            Assert.Throws<DTypeException>(() => x.MaskedFill(x, 0)).Message);
    }

    [Fact]
    public void NllLoss_of_log_softmax_is_cross_entropy()
    {
        Tensor x = Derivatives.Normal([4, 3, 2]), y = Tensor.From([0L, 1, 2, 2, 1, 0, 0, 1], [4, 2]),
            w = Tensor.From(1.0, 2, 0.5);
        foreach (Reduction reduction in Enum.GetValues<Reduction>())
        {
            double[] expected = F.CrossEntropy(x, y, w, 0, 1, reduction).ToDoubles();
            Derivatives.AssertClose(expected, F.NllLoss(x.LogSoftmax(1), y, w, 1, reduction));
        }
        Assert.Equal(0,
            F.NllLoss(Tensor.From(new[,] { { float.NegativeInfinity, 0f } }), Tensor.From(0L), ignoreIndex: 0,
            reduction: Reduction.Sum).Item());
    }
}
