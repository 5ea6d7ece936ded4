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
