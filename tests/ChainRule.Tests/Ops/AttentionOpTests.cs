using ChainRule.Kernels;

namespace ChainRule.Tests.Operators;

/// <summary>Attention over many tiles: what rows of the table are too small for.</summary>
[Collection(nameof(OneAtATime))]
public sealed class AttentionOpTests
{
    public static TheoryData<int[], int, bool, double> Cases => new()
    {
        { [2, 3, 97, 129], 5, false, 0 },
        { [1, 1, 300, 400], 17, false, 0 },                          // groups of keys
        { [1, 2, 200, 500], 3, true, 0.3 },                          // keys that no query looks at
        { [1, 1, 500, 140], 8, true, 0 },
        { [5, 4, 33, 31], 6, true, 0.5 },
        { [1, 1, 1, 385], 4, false, 0.1 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Attention_by_tiles_equals_attention_by_operators(int[] sizes, int features, bool causal, double dropout)
    {
        (int n, int h, int tq, int tk) = (sizes[0], sizes[1], sizes[2], sizes[3]);
        Tensor q = Derivatives.Normal([n, tq, h, features], 1), k = Derivatives.Normal([n, h, tk, features], 2);
        Tensor v = Derivatives.Normal([n, tk, h, 3], 3), dy = Derivatives.Normal([n, h, tq, 3], 4);
        Tensor mask = Derivatives.Uniform([n, 1, 1, tk], 0, 1, 5) < 0.3;
        foreach (Tensor t in new[] { q, k, v }) t.RequiresGrad = true;
        Tensor y = F.ScaledDotProductAttention(
            q.Transpose(1, 2), k, v.Transpose(1, 2), mask, isCausal: causal, dropout: dropout, rng: new Rng(9));
        (Tensor expected, _) = F.ScaledDotProductAttentionWithWeights(
            q.Transpose(1, 2), k, v.Transpose(1, 2), mask, isCausal: causal, dropout: dropout, rng: new Rng(9));
        Derivatives.AssertClose(expected.ToDoubles(), y);
        Tensor[] wanted = Autograd.Grad(expected, [q, k, v], dy), got = Autograd.Grad(y, [q, k, v], dy);
        foreach ((Tensor a, Tensor b) in wanted.Zip(got)) Derivatives.AssertClose(a.ToDoubles(), b, 1e-11);
    }

    [Theory]
    [InlineData(2, 3, 2, 4, 5)]
    [InlineData(1, 3, 1, 4, 1)]
    [InlineData(2, 1, 1, 1, 5)]
    [InlineData(3, 2, 4, 5)]
    public void Mask_and_learnt_bias_broadcast_to_scores_of_rank_5(params int[] sizes)
    {
        Tensor q = Derivatives.Normal([2, 3, 2, 4, 6], 1), k = Derivatives.Normal([2, 3, 2, 5, 6], 2);
        Tensor v = Derivatives.Normal([2, 3, 2, 5, 3], 3), dy = Derivatives.Normal([2, 3, 2, 4, 3], 4);
        Tensor bias = Derivatives.Normal(sizes, 5), mask = Derivatives.Uniform(sizes, 0, 1, 6) < 0.2;
        foreach (Tensor t in new[] { q, k, v, bias }) t.RequiresGrad = true;
        Tensor y = F.ScaledDotProductAttention(q, k, v, mask, bias);
        (Tensor seen, Tensor weights) = F.ScaledDotProductAttentionWithWeights(q, k, v, mask, bias);

        Tensor scores = (q.MatMul(k.T) / Math.Sqrt(6)) + bias;
        Tensor wanted = scores.MaskedFill(mask, -1e300).Softmax(-1).MaskedFill(mask, 0);
        Derivatives.AssertClose(wanted.ToDoubles(), weights);
        Derivatives.AssertClose(wanted.MatMul(v).ToDoubles(), y);
        Derivatives.AssertClose(wanted.MatMul(v).ToDoubles(), seen);
        Tensor[] gradients = Autograd.Grad(wanted.MatMul(v), [q, k, v, bias], dy);
        foreach ((Tensor a, Tensor b) in gradients.Zip(Autograd.Grad(y, [q, k, v, bias], dy)))
            Derivatives.AssertClose(a.ToDoubles(), b, 1e-11);
    }

    [Fact]
    public void Single_key_leaves_no_rounding_in_the_gradients_of_its_scores()
    {
        Tensor q = Derivatives.Normal([5, 3, 7], 1).To(DType.Float32), k = Derivatives.Normal([5, 1, 7], 2).To(q.DType);
        Tensor v = Derivatives.Normal([5, 1, 9], 3).To(q.DType), dy = Derivatives.Normal([5, 3, 9], 4).To(q.DType);
        q.RequiresGrad = k.RequiresGrad = true;
        Tensor[] gradients = Autograd.Grad(F.ScaledDotProductAttention(q, k, v, scale: 30), [q, k], dy);
        Assert.All(gradients.SelectMany(g => g.ToDoubles()), g => Assert.Equal(0, g));
    }

    [Fact]
    public void Attention_accumulates_into_gradients_that_are_there()
    {
        Tensor x = Derivatives.Normal([1, 300, 4]);
        x.RequiresGrad = true;
        Tensor Self() => F.ScaledDotProductAttention(x, x, x, isCausal: true);
        Self().Sum().Backward();
        double[] once = x.Grad!.ToDoubles();
        Self().Sum().Backward();
        Derivatives.AssertClose([.. once.Select(g => 2 * g)], x.Grad!, 1e-11);
    }

    [Fact]
    public void Attention_of_a_query_with_all_keys_blocked_is_zero_and_so_are_its_gradients()
    {
        Tensor q = Derivatives.Normal([3, 2]), k = Derivatives.Normal([200, 2], 2), v = Derivatives.Normal([200, 2], 3);
        Tensor mask = Tensor.From(new double[] { 0, 1, 0 }, [3, 1]).To(DType.Bool);
        foreach (Tensor t in new[] { q, k, v }) t.RequiresGrad = true;
        foreach (bool weights in new[] { false, true })
        {
            Tensor y = weights ? F.ScaledDotProductAttentionWithWeights(q, k, v, mask).Output
                : F.ScaledDotProductAttention(q, k, v, mask);
            Assert.Equal([0, 0], y[1].ToDoubles());
            Assert.All(y.ToDoubles(), value => Assert.True(double.IsFinite(value)));
            Tensor[] gradients = Autograd.Grad(y, [q, k, v], Tensor.Ones(y.Shape, DType.Float64));
            Assert.Equal([0, 0], gradients[0][1].ToDoubles());
            foreach (Tensor g in gradients) Assert.All(g.ToDoubles(), value => Assert.True(double.IsFinite(value)));
        }
    }

    [Fact]
    public void Attention_of_a_long_sequence_needs_no_matrix_of_scores()
    {
        const int Time = 4096, Features = 16;
        Tensor x = Tensor.Randn([1, 1, Time, Features], new Rng(1));
        x.RequiresGrad = true;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        // No tensor of these returns its memory before the end: what is rented is the sum of all, more than the peak.
        long before = BufferPool.RentedBytes;
        Tensor y = F.ScaledDotProductAttention(x, x, x);
        y.Backward(Tensor.Ones(y.Shape));
        long rented = BufferPool.RentedBytes - before, matrix = 4L * Time * Time;
        Assert.InRange(rented, 4L * Time * Features, matrix / 8);
        GC.KeepAlive(x);
    }
}
