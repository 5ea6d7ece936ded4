using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>Padding of tables, modules of two inputs, statistics of dropout, options that are refused.</summary>
public sealed class EmbeddingLayerTests
{
    [Fact]
    public void Padding_starts_as_0_and_gets_no_gradient()
    {
        Embedding table = new(4, 2, paddingIdx: -2, rng: new Rng(1), dtype: DType.Float64);
        Assert.Equal(2, table.PaddingIdx);
        Assert.Equal([0.0, 0], table.Weight.Value.ToArray<double>()[4..6]);
        table.Forward(Tensor.From([2L, 1, 2, 1, 3], [5])).Sum().Backward();
        Assert.Equal([0.0, 0, 2, 2, 0, 0, 1, 1], table.Weight.Grad!.ToArray<double>());
    }

    [Fact]
    public void Padding_is_looked_up_as_stored()
    {
        Tensor weight = Tensor.From([1f, 2, 3, 4], [2, 2]);
        weight.RequiresGrad = true;
        Tensor y = F.Embedding(Tensor.From([1L, 0]), weight, paddingIdx: 1);
        Assert.Equal([3f, 4, 1, 2], y.ToArray<float>());
        y.Sum().Backward();
        Assert.Equal([1f, 1, 0, 0], weight.Grad!.ToArray<float>());
    }

    [Fact]
    public void Bags_of_different_lengths_lie_one_behind_the_other()
    {
        EmbeddingBag bags = new(3, 2, rng: new Rng(1), dtype: DType.Float64);
        double[] w = bags.Weight.Value.ToArray<double>();
        double[] y = bags.Forward(Tensor.From([2L, 0, 1]), Tensor.From([0L, 2, 2])).ToArray<double>();
        Assert.Equal([(w[4] + w[0]) / 2, (w[5] + w[1]) / 2, 0, 0, w[2], w[3]], y);
    }

    [Fact]
    public void Bilinear_has_the_parameters_of_its_forms()
    {
        Bilinear forms = new(3, 2, 4, rng: new Rng(1));
        Assert.Equal("Bilinear 3, 2 -> 4", forms.Summary);
        Assert.Equal(["weight [4, 3, 2]", "bias [4]"], forms.State().Select(s => $"{s.Key} {s.Value.Shape}"));
        Assert.All(forms.Weight.Value.ToArray<float>(), w => Assert.InRange(Math.Abs(w), 0, 1 / Math.Sqrt(3)));
        Tensor a = Tensor.Randn([5, 3], new Rng(2)), b = Tensor.Randn([5, 2], new Rng(3));
        Assert.Equal(
            F.Bilinear(a, b, forms.Weight, forms.Bias).ToArray<float>(), forms.Forward(a, b).ToArray<float>());
        Assert.Equal("Bilinear 1, 2 -> 3, no bias", new Bilinear(1, 2, 3, bias: false).Summary);
    }

    [Fact]
    public void Cosine_of_a_vector_of_zeros_is_0_with_a_finite_gradient()
    {
        Tensor a = Tensor.Zeros([1, 3], DType.Float64), b = Tensor.From([1.0, 2, 2], [1, 3]);
        a.RequiresGrad = true;
        Tensor y = new CosineSimilarity(dim: -1, eps: 0.5).Forward(a, b);
        y.Sum().Backward();
        Assert.Equal(0, y.Item());
        Assert.Equal([2.0, 4, 4], a.Grad!.ToArray<double>());
        Assert.Equal("CosineSimilarity dim -1, eps 0.5", new CosineSimilarity(-1, 0.5).Summary);
        Assert.Equal(1, new CosineSimilarity(-1).Forward(b, b * 3).Item(), 1e-14);
    }

    [Fact]
    public void Alpha_dropout_keeps_mean_and_variance()
    {
        double[] y = F.AlphaDropout(Tensor.Randn([200, 500], new Rng(1), dtype: DType.Float64), 0.2, true, new Rng(2))
            .ToArray<double>();
        double mean = y.Average();
        Assert.InRange(mean, -0.02, 0.02);
        Assert.InRange(y.Average(v => (v - mean) * (v - mean)), 0.97, 1.03);
    }

    [Fact]
    public void Channels_are_dropped_as_a_whole()
    {
        float[] y = new Dropout2d(0.25, new Rng(1)).Forward(Tensor.Ones([100, 100, 2, 2])).ToArray<float>();
        int dropped = 0;
        for (int c = 0; c < y.Length; c += 4)
        {
            Assert.True(y[c] == y[c + 1] && y[c] == y[c + 2] && y[c] == y[c + 3]);
            Assert.True(y[c] == 0 || Math.Abs(y[c] - (4.0 / 3)) < 1e-6);
            if (y[c] == 0) dropped++;
        }
        Assert.InRange(dropped / 10_000.0, 0.23, 0.27);
    }

    [Fact]
    public void Impossible_options_are_refused()
    {
        Expect("Embedding: paddingIdx 4 is no row of 4. (Parameter 'paddingIdx')", () => new Embedding(4, 2, 4));
        Expect("EmbeddingBag: 5 is no mode of bags. (Parameter 'mode')", () => new EmbeddingBag(4, 2, (BagMode)5));
        Expect("Dropout3d: p must be in [0, 1], got NaN. (Parameter 'p')", () => new Dropout3d(double.NaN));
        Expect("AlphaDropout: p must be in [0, 1), got 1. (Parameter 'p')", () => new AlphaDropout(1));
        Expect("Upsample: a factor must be above 0 and finite, got 0. (Parameter 'scales')", () => new Upsample(0));
        Expect("Upsample: corners are aligned in linear mode only. (Parameter 'alignCorners')", () =>
            new Upsample(2, alignCorners: true));
        Expect("Unfold: stride must be 1 or more, got 0x0. (Parameter 'stride')", () => new Unfold(2, stride: 0));
        Assert.Throws<ShapeException>(() => new Fold(2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PixelShuffle(0));

        static void Expect(string message, Func<Layer> make) =>
            Assert.Equal(message, Assert.ThrowsAny<ArgumentException>(() => make()).Message);
    }
}
