using ChainRule.Nn;

namespace ChainRule.Tests.Operators;

/// <summary>What the rows of pooling leave out: ties, NaN, places, kinks and layers that refuse options.</summary>
public sealed class PoolingOpTests
{
    [Fact]
    public void K_max_pool_keeps_the_first_of_equals_in_their_order()
    {
        Tensor x = Tensor.From([2f, 5, 2, 5, 1, 2, 9], [1, 1, 7]);
        (Tensor y, Tensor places) = F.KMaxPoolWithIndices(x, 4);
        Assert.Equal([2f, 5, 5, 9], y.ToArray<float>());
        Assert.Equal([0L, 1, 3, 6], places.ToArray<long>());
    }

    [Fact]
    public void K_max_pool_takes_nan_for_the_largest()
    {
        Tensor x = Tensor.From([1.0, double.NaN, 3, double.NaN, 2, double.NegativeInfinity], [1, 1, 6]);
        Assert.Equal([1L, 2, 3], F.KMaxPoolWithIndices(x, 3).Indices.ToArray<long>());
        Assert.Equal([1L], F.KMaxPoolWithIndices(x, 1).Indices.ToArray<long>());
        Assert.Equal([0L, 1, 2, 3, 4, 5], F.KMaxPoolWithIndices(x, 6).Indices.ToArray<long>());
    }

    [Theory]
    [InlineData(1, 18, 12)]
    [InlineData(2, 18, 6)]
    [InlineData(3, 18, 4)]
    [InlineData(1, 5, 4)]
    [InlineData(2, 1, 4)]
    public void Dynamic_k_shrinks_with_the_depth_down_to_its_last_value(int layer, int length, int k) =>
        Assert.Equal(k, new KMaxPool(4, layer, 3).Keeps(length));

    [Fact]
    public void K_max_pool_layer_refuses_impossible_numbers()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new KMaxPool(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KMaxPool(2, 0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KMaxPool(2, 4, 3));
    }

    [Fact]
    public void Adaptive_max_pool_names_the_first_of_equals_and_the_first_nan()
    {
        Tensor x = Tensor.From([1f, 7, 7, float.NaN, float.NaN, 3, float.NegativeInfinity, float.NegativeInfinity],
            [1, 1, 8]);
        (Tensor y, Tensor places) = F.AdaptiveMaxPool1dWithIndices(x, 4);
        Assert.Equal([7f, float.NaN, float.NaN, float.NegativeInfinity], y.ToArray<float>());
        Assert.Equal([1L, 3, 4, 6], places.ToArray<long>());
    }

    [Fact]
    public void Places_count_row_by_row_in_the_plane_of_a_channel()
    {
        Tensor x = Tensor.Zeros([2, 3, 2, 4, 5]) + Tensor.Arange(0, 40, 1).Reshape([2, 4, 5]);
        long[] largest = [39, 39, 39, 39, 39, 39];
        Assert.Equal(largest, F.MaxPool3dWithIndices(x, (2, 4, 5)).Indices.ToArray<long>());
        Assert.Equal(largest, F.AdaptiveMaxPool3dWithIndices(x, 1).Indices.ToArray<long>());
        Assert.Equal([9L, 14, 19], F.MaxPool2dWithIndices(x[0, 0..1, 0..1], (2, 5), (1, 5)).Indices.ToArray<long>());
    }

    [Fact]
    public void Log_sum_exp_pool_does_not_overflow()
    {
        Tensor x = Tensor.From([1000f, 1001, -1000, -1001], [1, 1, 4]);
        float[] y = F.LogSumExpPool1d(x, 2, r: 3).ToArray<float>();
        double above = Math.Log((1 + Math.Exp(-3)) / 2) / 3;
        Assert.Equal(1001 + above, y[0], 1e-4);
        Assert.Equal(-1000 + above, y[1], 1e-4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Norm_of_a_window_of_zeros_has_gradient_0(double p)
    {
        Tensor x = Tensor.From([0.0, 0, 3, -4], [1, 1, 4]);
        x.RequiresGrad = true;
        Tensor y = F.LpPool1d(x, p, 2);
        y.Sum().Backward();
        double norm = Math.Pow(Math.Pow(3, p) + Math.Pow(4, p), 1 / p);
        Assert.Equal(0, y.ToArray<double>()[0]);
        Assert.Equal(norm, y.ToArray<double>()[1], 1e-12);
        double[] gradient = x.Grad!.ToArray<double>();
        Assert.Equal([0.0, 0], gradient[..2]);
        Assert.Equal(Math.Pow(3 / norm, p - 1), gradient[2], 1e-12);
        Assert.Equal(-Math.Pow(4 / norm, p - 1), gradient[3], 1e-12);
    }

    [Fact]
    public void Adaptive_average_of_one_cell_is_the_mean_and_of_all_cells_the_input()
    {
        Tensor x = Tensor.Randn([2, 3, 4, 5], new Rng(1), dtype: DType.Float64);
        double[] mean = x.Flatten(2).Mean(-1).ToArray<double>(), one = F.AdaptiveAvgPool2d(x, 1).ToArray<double>();
        for (int i = 0; i < mean.Length; i++) Assert.Equal(mean[i], one[i], 1e-14);
        Assert.Equal(x.ToArray<double>(), F.AdaptiveAvgPool2d(x, -1).ToArray<double>());
    }

    [Fact]
    public void Global_pooling_takes_all_positions_of_a_channel()
    {
        Tensor x = Tensor.From([1f, 2, 3, 6, -1, -2, -3, -6], [1, 2, 2, 2]);
        Assert.Equal([3f, -3], new GlobalAvgPool().Forward(x).ToArray<float>());
        Assert.Equal([6f, -1], new GlobalMaxPool().Forward(x).ToArray<float>());
    }

    [Fact]
    public void Impossible_options_are_refused_when_a_layer_is_made()
    {
        Expect("AvgPool3d: divisor must not be 0. (Parameter 'divisor')", () => new AvgPool3d(2, divisor: 0));
        Expect("LpPool2d: p must be above 0, got NaN. (Parameter 'p')", () => new LpPool2d(double.NaN, 2));
        Expect(
            "LogSumExpPool1d: r is 0; expected a finite number above 0. (Parameter 'r')",
            () => new LogSumExpPool1d(2, r: 0));
        Expect(
            "AdaptiveMaxPool2d: outputSize must be 1 or more, or -1 to keep a dimension, got 2x0. "
            + "(Parameter 'outputSize')", () => new AdaptiveMaxPool2d((2, 0)));
        Expect(
            "SubSampling2d: kernelSize must be 1 or more, got 0x2. (Parameter 'kernelSize')",
            () => new SubSampling2d(3, (0, 2)));

        static void Expect(string message, Func<Layer> make) =>
            Assert.Equal(message, Assert.ThrowsAny<ArgumentException>(() => make()).Message);
    }
}
