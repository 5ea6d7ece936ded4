namespace ChainRule.Tests.AutogradTests;

/// <summary>The figures of mission row A1.</summary>
public sealed class WorkedExampleTests
{
    [Fact]
    public void Product_of_sum_has_the_worked_gradients()
    {
        Tensor x = Leaf(-2), y = Leaf(5), z = Leaf(-4);
        Tensor f = (x + y) * z;
        f.Backward();
        Assert.Equal(-12, f.Item());
        Assert.Equal([-4.0, -4.0, 3.0], new[] { x.Grad!.Item(), y.Grad!.Item(), z.Grad!.Item() });
    }

    [Fact]
    public void Sigmoid_neuron_has_the_worked_gradients()
    {
        Tensor w = Tensor.From(2.0, -3.0, -3.0), x = Tensor.From(-1.0, -2.0, 1.0);
        w.RequiresGrad = x.RequiresGrad = true;
        Tensor y = (w * x).Sum().Sigmoid();
        y.Backward();
        Assert.Equal(0.7311, y.Item(), 4);
        Assert.Equal([-0.1966, -0.3932, 0.1966], w.Grad!.ToArray<double>().Select(v => Math.Round(v, 4)));
        Assert.Equal([0.3932, -0.5898], x.Grad!.ToArray<double>().Take(2).Select(v => Math.Round(v, 4)));
    }

    [Fact]
    public void Value_used_twice_sums_its_gradients()
    {
        Tensor x = Leaf(3);
        (x * x * x).Backward();
        Assert.Equal(27, x.Grad!.Item(), 10);
    }

    [Fact]
    public void Hessian_of_sine_and_product_is_exact()
    {
        Tensor x = Tensor.From(0.5, -1.5);
        Tensor h = Autograd.Hessian(t => (t[0] * t[1]) + t[0].Sin(), x);
        Assert.Equal(
            [-Math.Sin(0.5), 1, 1, 0],
            h.ToArray<double>().Select(v => Math.Round(v, 12)).Select((v, i) => i == 0 ? -Math.Sin(0.5) : v));
        Assert.Equal(-Math.Sin(0.5), h.ToArray<double>()[0], 12);
        Tensor hv = Autograd.Hvp(t => (t[0] * t[1]) + t[0].Sin(), x, Tensor.From(2.0, 3.0));
        Assert.Equal((-2 * Math.Sin(0.5)) + 3, hv.ToArray<double>()[0], 12);
        Assert.Equal(2, hv.ToArray<double>()[1], 12);
    }

    [Fact]
    public void Matrix_product_passes_the_gradient_check()
    {
        Rng rng = new(1);
        Tensor a = Tensor.Randn([2, 3, 4], rng, dtype: DType.Float64),
            b = Tensor.Randn([4, 5], rng, dtype: DType.Float64);
        GradCheckResult result = GradCheck.Run(t => t[0].MatMul(t[1]).Tanh(), [a, b]);
        Assert.True(result.Passed, result.ToString());
    }

    [Fact]
    public void Linear_inside_a_step_matches_the_composition()
    {
        using Step step = Step.Begin();
        Rng rng = new(2);
        Tensor x = Tensor.Randn([5, 4], rng), w = Tensor.Randn([3, 4], rng), b = Tensor.Randn([3], rng);
        w.RequiresGrad = b.RequiresGrad = true;
        (F.Linear(x, w, b) * F.Linear(x, w, b)).Mean().Backward();
        float[] fused = w.Grad!.ToArray<float>();
        w.ZeroGrad();
        Tensor y = x.MatMul(w.T) + b;
        (y * y).Mean().Backward();
        float[] composed = w.Grad!.ToArray<float>();
        for (int i = 0; i < fused.Length; i++) Assert.Equal(composed[i], fused[i], 1e-5);
    }

    [Fact]
    public void Gradient_that_was_passed_in_is_left_as_it_was()
    {
        Rng rng = new(4);
        Tensor x = Tensor.Randn([2, 3], rng), w = Tensor.Randn([3, 3], rng), seed = Tensor.Randn([2, 3], rng);
        x.RequiresGrad = true;
        float[] before = seed.ToArray<float>();
        Tensor gradient = Autograd.Grad(F.Linear(x, w) + x, x, seed);
        Assert.Equal(before, seed.ToArray<float>());
        float[] expected = (seed.MatMul(w) + seed).ToArray<float>(), got = gradient.ToArray<float>();
        for (int i = 0; i < got.Length; i++) Assert.Equal(expected[i], got[i], 1e-5);
    }

    private static Tensor Leaf(double value)
    {
        Tensor t = Tensor.Scalar(value, DType.Float64);
        t.RequiresGrad = true;
        return t;
    }
}
