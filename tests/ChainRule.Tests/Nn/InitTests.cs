using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

public sealed class InitTests
{
    private static readonly int[] Weight = [64, 32, 5, 5];

    public static TheoryData<string, double, double> Distributions => new()
    {
        // Name, bound of the values (infinite for a normal), standard deviation.
        { "uniform", 0.3, 0.3 / Math.Sqrt(3) },
        { "normal", double.PositiveInfinity, 0.3 },
        { "truncated", 0.6, 0.3 * 0.8796256610342398 },
        { "xavier uniform", Math.Sqrt(6.0 / (800 + 1600)), Math.Sqrt(2.0 / (800 + 1600)) },
        { "xavier normal", double.PositiveInfinity, Math.Sqrt(2.0 / (800 + 1600)) },
        { "kaiming uniform", Math.Sqrt(6.0 / 800), Math.Sqrt(2.0 / 800) },
        { "kaiming normal", double.PositiveInfinity, Math.Sqrt(2.0 / 800) },
        { "kaiming normal out", double.PositiveInfinity, Math.Sqrt(2.0 / 1600) },
        { "kaiming uniform slope sqrt 5", 1 / Math.Sqrt(800), 1 / Math.Sqrt(3 * 800) },
    };

    [Theory]
    [MemberData(nameof(Distributions))]
    public void Initialiser_has_its_mean_deviation_and_bound(string name, double bound, double std)
    {
        Rng rng = new(11);
        Tensor drawn = name switch
        {
            "uniform" => Init.Uniform(Weight, 0.3, rng),
            "normal" => Init.Normal(Weight, 0.3, rng),
            "truncated" => Init.TruncatedNormal(Weight, 0.3, rng),
            "xavier uniform" => Init.XavierUniform(Weight, rng),
            "xavier normal" => Init.XavierNormal(Weight, rng),
            "kaiming uniform" => Init.KaimingUniform(Weight, rng),
            "kaiming normal" => Init.KaimingNormal(Weight, rng),
            "kaiming normal out" => Init.KaimingNormal(Weight, rng, fan: Fan.Out),
            _ => Init.KaimingUniform(Weight, rng, negativeSlope: Math.Sqrt(5)),
        };
        double[] values = drawn.ToDoubles();
        double mean = values.Average(), deviation = Math.Sqrt(values.Average(v => v * v) - (mean * mean));
        // Five standard errors of 51,200 numbers; the deviation of a normal's deviation is std / sqrt(2 n).
        Assert.InRange(mean, -5 * std / Math.Sqrt(values.Length), 5 * std / Math.Sqrt(values.Length));
        Assert.InRange(
            deviation / std, 1 - (5 / Math.Sqrt(2.0 * values.Length)), 1 + (5 / Math.Sqrt(2.0 * values.Length)));
        double largest = values.Max(Math.Abs);
        Assert.True(largest <= bound * (1 + 1e-6), $"{largest} is beyond {bound}");
        Assert.True(
            largest > (double.IsInfinity(bound) ? 3 * std : 0.999 * bound), $"{largest} does not reach {bound}");
    }

    [Fact]
    public void Fans_are_counted_as_for_linear_and_convolution_weights()
    {
        Assert.Equal((128, 10), Init.Fans([10, 128]));
        Assert.Equal((800, 1600), Init.Fans(Weight));
        ShapeException e = Assert.Throws<ShapeException>(() => Init.Fans([10]));
        Assert.Equal("Init: [10] has no fan-in and fan-out; a weight has 2 or more dimensions.", e.Message);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 30)]
    [InlineData(30, 7)]
    [InlineData(64, 64)]
    public void Orthogonal_rows_or_columns_are_at_right_angles(int rows, int columns)
    {
        Tensor w = Init.Orthogonal([rows, columns], new Rng(3), gain: 2, DType.Float64);
        Tensor fewer = rows <= columns ? w : w.Transpose(0, 1);
        double[] values = fewer.ToDoubles();
        int size = fewer.Shape[1];
        for (int i = 0; i < fewer.Shape[0]; i++)
        {
            for (int j = 0; j < fewer.Shape[0]; j++)
            {
                double dot = values.Skip(i * size).Take(size).Zip(values.Skip(j * size), (a, b) => a * b).Sum();
                Assert.Equal(i == j ? 4 : 0, dot, 1e-13 * 4);
            }
        }
    }

    [Fact]
    public void Orthogonal_counts_a_kernel_as_inputs_and_repeats_with_the_seed()
    {
        Tensor w = Init.Orthogonal([8, 2, 3, 3], new Rng(3));
        Assert.Equal([8, 2, 3, 3], w.Shape.Dims.ToArray());
        Assert.Equal(w.ToArray<float>(), Init.Orthogonal([8, 18], new Rng(3)).ToArray<float>());
        Assert.NotEqual(w.ToArray<float>(), Init.Orthogonal([8, 18], new Rng(4)).ToArray<float>());
        // Rows of length 1: the mean square of an entry is one over the row's size.
        Assert.Equal(1.0 / 18, w.ToDoubles().Average(v => v * v), 1e-8);
        ShapeException e = Assert.Throws<ShapeException>(() => Init.Orthogonal([10]));
        Assert.Equal("Init: [10] has no fan-in and fan-out; a weight has 2 or more dimensions.", e.Message);
    }

    [Fact]
    public void Constants_fill_the_tensor()
    {
        Assert.Equal([0f, 0f], Init.Zeros([2]).ToArray<float>());
        Assert.Equal([1.0, 1.0], Init.Ones([2], DType.Float64).ToArray<double>());
        Assert.Equal([0.1f, 0.1f], Init.Constant([2], 0.1).ToArray<float>());
    }

    [Fact]
    public void Default_streams_differ_from_layer_to_layer()
    {
        Rng a = Init.NextRng(), b = Init.NextRng();
        Assert.Equal(a.Seed, b.Seed);
        Assert.NotEqual(a.Stream, b.Stream);
        Assert.NotEqual(new Linear(8, 8).Weight.Value.ToArray<float>(), new Linear(8, 8).Weight.Value.ToArray<float>());
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Impossible_width_is_refused(double width)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Init.Uniform([2], width));
        Assert.Throws<ArgumentOutOfRangeException>(() => Init.Normal([2], width));
        Assert.Throws<ArgumentOutOfRangeException>(() => Init.TruncatedNormal([2], width));
    }

    [Fact]
    public void Integers_cannot_be_initialised_at_random() =>
        Assert.Throws<DTypeException>(() => Init.Uniform([2], 1, new Rng(1), DType.Int64));
}
