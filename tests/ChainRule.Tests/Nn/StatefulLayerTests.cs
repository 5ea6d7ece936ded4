using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>Layers that remember: dropout its generator, batch norm its statistics.</summary>
public sealed class StatefulLayerTests
{
    [Fact]
    public void Dropout_drops_its_share_and_keeps_the_mean()
    {
        float[] y = new Dropout(0.25, new Rng(1)).Forward(Tensor.Ones([100, 100])).ToArray<float>();
        Assert.InRange(y.Count(v => v == 0) / 10_000.0, 0.23, 0.27);
        Assert.All(y, v => Assert.True(v == 0 || Math.Abs(v - (4.0 / 3)) < 1e-6));
    }

    [Fact]
    public void Dropout_draws_anew_each_time_and_again_from_a_saved_state()
    {
        Sequential model =
            [new Linear(4, 64, rng: new Rng(1)), new Dropout(0.5, new Rng(2)), new Dropout(0.5, new Rng(2))];
        Assert.Equal(["1.rng", "2.rng"], model.Generators().Select(g => g.Key));
        Tensor x = Tensor.Ones([8, 4]);
        RngState[] saved = [.. model.Generators().Select(g => g.Rng.State)];
        float[] first = model.Forward(x).ToArray<float>(), second = model.Forward(x).ToArray<float>();
        Assert.NotEqual(first, second);
        foreach (((_, Rng rng), RngState state) in model.Generators().Zip(saved)) rng.State = state;
        Assert.Equal(first, model.Forward(x).ToArray<float>());
    }

    [Fact]
    public void Dropout_does_not_share_the_generator_it_was_given()
    {
        Rng rng = new(3);
        Dropout a = new(0.5, rng), b = new(0.5, rng);
        Tensor x = Tensor.Ones([64]);
        Assert.NotEqual(a.Forward(x).ToArray<float>(), b.Forward(x).ToArray<float>());
        RngState before = rng.State;
        a.Forward(x);
        Assert.Equal(before, rng.State);
    }

    [Theory]
    [InlineData(-0.1, "-0.1")]
    [InlineData(1.5, "1.5")]
    [InlineData(double.NaN, "NaN")]
    public void Dropout_refuses_a_share_outside_its_range(double p, string text) => Assert.Equal(
        $"Dropout: p must be in [0, 1], got {text}. (Parameter 'p')",
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(p)).Message);

    [Theory]
    [InlineData(0.1)]
    [InlineData(null)]
    public void Batch_norm_follows_its_running_statistics(double? momentum)
    {
        BatchNorm1d layer = new(1, momentum: momentum, dtype: DType.Float64);
        double mean = 0, var = 1;
        double[][] batches = [[1, 2, 3, 6], [-2, 0, 4, 4]];
        for (int i = 0; i < batches.Length; i++)
        {
            double[] b = batches[i];
            layer.Forward(Tensor.From(b, [4, 1]));
            double m = momentum ?? (1.0 / (i + 1)), center = b.Average();
            mean = ((1 - m) * mean) + (m * center);
            var = ((1 - m) * var) + (m * b.Sum(v => (v - center) * (v - center)) / 3);
        }
        Assert.Equal(mean, layer.RunningMean!.Item(), 12);
        Assert.Equal(var, layer.RunningVar!.Item(), 12);
        Assert.Equal(2, layer.State()[^1].Value.Item());
        layer.Eval();
        double y = layer.Forward(Tensor.From([7.0], [1, 1])).Item();
        Assert.Equal((7 - mean) / Math.Sqrt(var + 1e-5), y, 12);
        Assert.Equal(2, layer.State()[^1].Value.Item());
    }

    [Fact]
    public void Batch_norm_that_fails_remembers_nothing()
    {
        BatchNorm1d layer = new(3);
        Assert.Throws<ShapeException>(() => layer.Forward(Tensor.Zeros([1, 3])));
        Assert.Equal(0, layer.State()[^1].Value.Item());
        Assert.Equal([0f, 0, 0], layer.RunningMean!.ToArray<float>());
    }

    [Fact]
    public void BatchNorm_that_averages_all_batches_can_be_used_before_the_first()
    {
        BatchNorm1d layer = new(2, eps: 0, momentum: null);
        layer.Eval();
        Tensor x = Tensor.From(new[,] { { 1f, -2f }, { 3f, 4f } });
        TensorAssert.SameBits(x, layer.Forward(x));                  // mean 0 and variance 1
    }

    [Fact]
    public void Batch_norm_refuses_impossible_options()
    {
        Assert.Equal(
            "BatchNorm2d: momentum is 1.5; expected 0 to 1. (Parameter 'momentum')",
            Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm2d(2, momentum: 1.5)).Message);
        Assert.Equal(
            "BatchNorm1d: eps is -1; expected a finite number, 0 or more. (Parameter 'eps')",
            Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm1d(2, eps: -1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm1d(0));
    }
}
