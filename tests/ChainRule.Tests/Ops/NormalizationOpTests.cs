using ChainRule.Kernels;

namespace ChainRule.Tests.Operators;

public sealed unsafe class NormalizationOpTests
{
    public static TheoryData<int[]> Shapes =>
        [[5, 3], [4, 17], [3, 70], [2, 3, 4], [3, 2, 33], [2, 3, 5, 7], [40, 2, 30], [2, 2, 2, 2, 2]];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void BatchNorm_equals_a_plain_loop_in_training_and_evaluation(int[] dims)
    {
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            double tolerance = dtype == DType.Float32 ? 2e-5 : 1e-11;
            int channels = dims[1], inner = dims[2..].Aggregate(1, (a, b) => a * b);
            Tensor x = Tensor.Randn(dims, new Rng(1), 3, 2, dtype),
                w = Tensor.Rand([channels], new Rng(2), 0.5, 2, dtype);
            Tensor b = Tensor.Randn([channels], new Rng(3), dtype: dtype);
            Tensor mean = Tensor.Zeros([channels], dtype), var = Tensor.Ones([channels], dtype);
            double[] v = x.ToDoubles(), wv = w.ToDoubles(), bv = b.ToDoubles(), expected = new double[v.Length],
                means = new double[channels], vars = new double[channels];
            double[] runningMean = new double[channels], runningVar = new double[channels];
            for (int c = 0; c < channels; c++)
            {
                int[] at = [.. Enumerable.Range(0, v.Length).Where(i => i / inner % channels == c)];
                means[c] = at.Average(i => v[i]);
                vars[c] = at.Average(i => (v[i] - means[c]) * (v[i] - means[c]));
                foreach (int i in at) expected[i] = ((v[i] - means[c]) / Math.Sqrt(vars[c] + 1e-3) * wv[c]) + bv[c];
                runningMean[c] = 0.2 * means[c];
                runningVar[c] = 0.8 + (0.2 * vars[c] * at.Length / (at.Length - 1));
            }
            Derivatives.AssertClose(expected, F.BatchNorm(x, mean, var, w, b, training: true, momentum: 0.2, eps: 1e-3),
                tolerance);
            Derivatives.AssertClose(runningMean, mean, tolerance);
            Derivatives.AssertClose(runningVar, var, tolerance);
            double[] evaluated = [.. v.Select((value, i) =>
            {
                int c = i / inner % channels;
                return (value - runningMean[c]) / Math.Sqrt(runningVar[c] + 1e-5);
            })];
            Derivatives.AssertClose(evaluated, F.BatchNorm(x, mean, var), tolerance);
            Derivatives.AssertClose(runningMean, mean, tolerance);
        }
    }

    [Theory]
    [InlineData(0.1f)]
    [InlineData(3.7f)]
    [InlineData(-1234.567f)]
    public void BatchNorm_of_a_constant_channel_is_the_bias(float value)
    {
        foreach (Shape shape in new Shape[] { [1000, 3], [50, 3, 31], [7, 3, 28, 28] })
        {
            Tensor x = Tensor.Full(shape, value), mean = Tensor.Zeros([3]), var = Tensor.Zeros([3]);
            float[] y = F.BatchNorm(x, mean, var, bias: Tensor.Full([3], 0.5), training: true, momentum: 1)
                .ToArray<float>();
            Assert.All(y, v => Assert.Equal(0.5f, v));
            Assert.All(mean.ToArray<float>(), m => Assert.Equal(value, m));
            Assert.All(var.ToArray<float>(), v => Assert.InRange(v, 0, 1e-12f * value * value));
        }
    }

    [Fact]
    public void BatchNorm_passes_both_gradient_checks()
    {
        foreach (Shape shape in new Shape[] { [4, 3], [2, 3, 3], [2, 3, 2, 2] })
        {
            Tensor x = Derivatives.Normal(shape), w = Derivatives.Uniform([3], 0.5, 2, 2),
                b = Derivatives.Normal([3], 3);
            Tensor mean = Derivatives.Normal([3], 4), var = Derivatives.Uniform([3], 0.5, 2, 5);
            Derivatives.Check(t => F.BatchNorm(t[0], null, null, t[1], t[2], training: true), x, w, b);
            Derivatives.Check(t => F.BatchNorm(t[0], null, null, training: true), x);
            Derivatives.Check(t => F.BatchNorm(t[0], mean, var, t[1], t[2]).Square(), x, w, b);
            Derivatives.Check(t => F.BatchNorm(x, null, null, null, t[0], training: true).Square(), b);
        }
        Derivatives.Check(t => F.BatchNorm(t[0].Permute(1, 0, 2), null, null, training: true),
            Derivatives.Normal([3, 2, 4]));
    }

    [Fact]
    public void BatchNorm_has_the_same_bits_for_one_and_two_threads()
    {
        foreach (Shape shape in new Shape[] { [8, 12, 30, 31], [300, 200] })
            Assert.Equal(Threads.On(1, () => All(shape)), Threads.On(2, () => All(shape)));

        static float[] All(Shape shape)
        {
            Tensor x = Tensor.Randn(shape, new Rng(1)), w = Tensor.Rand([shape[1]], new Rng(2));
            x.RequiresGrad = w.RequiresGrad = true;
            Tensor y = F.BatchNorm(x, null, null, w, training: true);
            y.Backward(Tensor.Randn(shape, new Rng(3)));
            return [.. y.ToArray<float>(), .. x.Grad!.ToArray<float>(), .. w.Grad!.ToArray<float>()];
        }
    }

    [Fact]
    public void BatchNorm_says_what_is_missing_or_wrong()
    {
        Tensor x = Tensor.Ones([4, 3]);
        Assert.Equal(
            "BatchNorm: training needs more than one value a channel, got [1, 3].\n"
            + "  help: use a larger batch, or drop the last one of an epoch where it is that small.",
            Assert.Throws<ShapeException>(() => F.BatchNorm(Tensor.Ones([1, 3]), null, null, training: true)).Message);
        Assert.Equal(
            "BatchNorm: expects [N, C] or [N, C, d1, ...], got [3].",
            Assert.Throws<ShapeException>(() => F.BatchNorm(Tensor.Ones([3]), null, null, training: true)).Message);
        Assert.Equal(
            "BatchNorm: weight must be [3] for [4, 3], got [4].",
            Assert.Throws<ShapeException>(() => F.BatchNorm(x, null, null, Tensor.Ones([4]), training: true)).Message);
        Assert.Equal(
            "BatchNorm: bias is float64, x float32.",
            Assert.Throws<DTypeException>(
            () => F.BatchNorm(x, null, null, null, Tensor.Ones([3], DType.Float64), training: true)).Message);
        Assert.Equal(
            "BatchNorm: without training, runningMean and runningVar are needed.",
            Assert.Throws<ArgumentException>(() => F.BatchNorm(x, null, null)).Message);
        Assert.Equal(
            "BatchNorm: runningMean and runningVar belong together; give both or neither.",
            Assert.Throws<ArgumentException>(() => F.BatchNorm(x, Tensor.Ones([3]), null, training: true)).Message);
    }

    [Fact]
    public void Dropout_keeps_about_its_share_and_scales_it()
    {
        Tensor y = F.Dropout(Tensor.Ones([100_000]), 0.3, training: true, new Rng(1));
        float[] v = y.ToArray<float>();
        Assert.Equal([0f, 1 / 0.7f], v.Distinct().Order());
        Assert.Equal(0.7, v.Count(e => e != 0) / 100_000.0, 0.006);
        Assert.Equal(1, y.Mean().Item(), 0.01);
    }

    [Fact]
    public void Dropout_depends_on_the_generator_alone()
    {
        Tensor x = Tensor.Rand([70_001], new Rng(9), 1, 2);
        float[] Draw(ulong seed) => F.Dropout(x, 0.5, true, new Rng(seed, 2)).ToArray<float>();
        float[] one = Threads.On(1, () => Draw(4));
        Assert.Equal(one, Threads.On(2, () => Draw(4)));
        Assert.NotEqual(one, Draw(5));
        bool[] kept = [.. one.Select(v => v != 0)];
        Assert.Equal(
            kept, F.Dropout(x.To(DType.Float64), 0.5, true, new Rng(4, 2)).ToArray<double>().Select(v => v != 0));
        Rng rng = new(4, 2);
        _ = rng.NextUInt32();
        Tensor first = F.Dropout(x, 0.5, true, rng);
        Assert.Equal(4UL * (1 + (8 * 2188)), rng.State.Position);
        Assert.NotEqual(first.ToArray<float>(), F.Dropout(x, 0.5, true, rng).ToArray<float>());
    }

    [Fact]
    public void Dropout_draws_the_words_of_the_generator()
    {
        uint* fast = stackalloc uint[32], plain = stackalloc uint[32];
        foreach (ulong block in new ulong[] { 0, 7, uint.MaxValue - 3, ulong.MaxValue - 20 })
        {
            PhiloxGroup.Fill(0x123456789ABCDEF0, 0xFEDCBA9876543210, block, fast);
            PhiloxGroup.Reference(0x123456789ABCDEF0, 0xFEDCBA9876543210, block, plain);
            Assert.Equal(new Span<uint>(plain, 32).ToArray(), new Span<uint>(fast, 32).ToArray());
        }
    }

    [Fact]
    public void Bernoulli_draws_as_often_as_the_probabilities_say()
    {
        Rng rng = new(6);
        Tensor p = Tensor.From(0f, 0.1f, 0.5f, 0.9f, 1, float.NaN, -1, 2);
        Tensor share = p.Expand([20_000, 8]).Bernoulli(rng).Mean(0);
        TensorAssert.Close(Tensor.From(0f, 0.1f, 0.5f, 0.9f, 1, 0, 0, 1), share, new(0, 0.015));
        Assert.Equal(160_000UL, rng.State.Position);
        Tensor wide = Tensor.Full([1000], 0.3), same = wide.To(DType.Float64);
        Assert.Equal(
            wide.Bernoulli(new Rng(2)).ToArray<float>().Select(v => (double)v),
            same.Bernoulli(new Rng(2)).ToArray<double>());
    }

    [Fact]
    public void Dropout_of_none_and_of_all_is_legal()
    {
        Tensor x = Tensor.From(1f, float.PositiveInfinity, 3);
        Assert.Same(x, F.Dropout(x, 0, true, new Rng(1)));
        Assert.Same(x, F.Dropout(x, 0.5, false, null));
        x.RequiresGrad = true;
        Tensor y = F.Dropout(x, 1, true, new Rng(1));
        Assert.Equal([0f, 0, 0], y.ToArray<float>());
        y.Sum().Backward();
        Assert.Equal([0f, 0, 0], x.Grad!.ToArray<float>());
        Assert.Equal([0, 2], F.Dropout(Tensor.Zeros([0, 2]), 0.5, true, new Rng(1)).Shape.ToArray());
    }

    [Fact]
    public void Dropout_passes_both_gradient_checks_and_checks_its_arguments()
    {
        Derivatives.Check(t => F.Dropout(t[0], 0.4, true, new Rng(6)).Square(), Derivatives.Normal([3, 15]));
        Derivatives.Check(t => F.Dropout(t[0].T, 0.4, true, new Rng(6)), Derivatives.Normal([3, 15]));
        Assert.StartsWith(
            "Dropout: p must be in [0, 1], got 1.5.",
            Assert.Throws<ArgumentOutOfRangeException>(
            () => F.Dropout(Tensor.Ones([1]), 1.5, true, new Rng(1))).Message);
        Assert.Throws<ArgumentNullException>(() => F.Dropout(Tensor.Ones([1]), 0.5, true, null));
        Assert.Throws<DTypeException>(() => F.Dropout(Tensor.From(1L), 0.5, true, new Rng(1)));
    }
}
