namespace ChainRule.Tests.Operators;

/// <summary>Activations, powers, clamps and comparisons with numbers.</summary>
public sealed class ActivationOpTests
{
    private static readonly double[] Points = [-3, -0.5, -0.0, 0.0, 0.25, 2, 30, -30];

    [Fact]
    public void Relu_keeps_NaN_and_has_no_slope_at_zero()
    {
        Tensor x = Tensor.From(-1f, 0f, 2f, float.NaN);
        x.RequiresGrad = true;
        Tensor y = x.Relu();
        Derivatives.AssertClose([0, 0, 2, double.NaN], y);
        y.Sum().Backward();
        Assert.Equal([0f, 0f, 1f], x.Grad!.ToArray<float>()[..3]);
    }

    [Fact]
    public void Activations_equal_their_formulas()
    {
        Tensor x = Tensor.From(Points);
        Derivatives.AssertClose([.. Points.Select(v => v > 0 ? v : 0.2 * v)], x.LeakyRelu(0.2));
        Derivatives.AssertClose([.. Points.Select(v => v > 0 ? v : 1.5 * (Math.Exp(v) - 1))], x.Elu(1.5));
        Derivatives.AssertClose([.. Points.Select(v => v > 20 ? v : Math.Log(1 + Math.Exp(v)))], x.Softplus(), 1e-9);
        Derivatives.AssertClose([.. Points.Select(v => 2 * v > 3 ? v : Math.Log(1 + Math.Exp(2 * v)) / 2)],
            x.Softplus(2, 3), 1e-9);
        Derivatives.AssertClose([.. Points.Select(v => (double)Math.Sign(v))], x.Sign());
        Derivatives.AssertClose([.. Points.Select(v => v * v)], x.Square());
        Derivatives.AssertClose([.. Points.Select(Math.Tan)], x.Tan(), 1e-8);
        Derivatives.AssertClose([1, 0.25, -0.5], Tensor.From(1.0, 4, -2).Reciprocal());
        Derivatives.AssertClose([1, 0.5, double.NaN, double.PositiveInfinity], Tensor.From(1.0, 4, -2, 0).Rsqrt());
        Assert.Equal(-1, Tensor.Scalar(double.NegativeInfinity).Elu().Item());
    }

    [Fact]
    public void Softplus_stays_exact_for_very_negative_numbers() =>
        Assert.Equal(Math.Exp(-30), Tensor.Scalar(-30, DType.Float64).Softplus().Item(), 1e-24);

    [Fact]
    public void Activations_pass_both_gradient_checks()
    {
        Tensor x = Derivatives.Normal([3, 5]);
        Derivatives.Check(t => t[0].Relu() * t[0], x);
        Derivatives.Check(t => t[0].LeakyRelu(0.1) * t[0], x);
        Derivatives.Check(t => t[0].Elu(0.7), x);
        Derivatives.Check(t => t[0].Elu(-0.7), x);
        Derivatives.Check(t => t[0].Softplus(1.5, 2), x);
        Derivatives.Check(t => t[0].Tan(), Derivatives.Uniform([6], -1, 1));
        Derivatives.Check(t => t[0].Square(), x);
        Derivatives.Check(t => t[0].Sign() * t[0], x);
        Derivatives.Check(t => t[0].Clamp(-0.5, 0.5) * t[0], x);
        Derivatives.Check(t => t[0].Clamp(max: 0.1) * t[0], x);
        Derivatives.Check(t => t[0].Reciprocal(), Derivatives.Uniform([6], 0.5, 2));
        Derivatives.Check(t => t[0].Rsqrt(), Derivatives.Uniform([6], 0.5, 2));
    }

    [Fact]
    public void Pow_equals_the_library_for_every_kind_of_exponent()
    {
        double[] bases = [-2, -0.5, 0, 0.5, 1, 3, double.PositiveInfinity, double.NaN];
        foreach (double exponent in new[] { 0, 1, 2, 3, 7, 32, -1, -2, -5, 0.5, -0.5, 2.5, -1.5, 33, 100 })
        {
            double[] expected =
                [.. bases.Select(b => exponent is 0 ? 1 : exponent == 0.5 ? Math.Sqrt(b) : Math.Pow(b, exponent))];
            Derivatives.AssertClose(expected, Tensor.From(bases).Pow(exponent), 1e-13);
            Derivatives.AssertClose([.. expected.Select(v => (double)(float)v)],
                Tensor.From([.. bases.Select(b => (float)b)]).Pow(exponent), 2e-6);
        }
        Derivatives.AssertClose([8, 9, 0.25], Tensor.From(2.0, 3, 0.5).Pow(Tensor.From(3.0, 2, 2)));
        Derivatives.AssertClose([1, 2, 8], Tensor.Pow(2, Tensor.From(0.0, 1, 3)));
        Assert.Equal([1L, -27, 125], Tensor.From(1L, -3, 5).Pow(3).ToArray<long>());
    }

    [Fact]
    public void Pow_passes_both_gradient_checks()
    {
        Tensor x = Derivatives.Uniform([2, 3], 0.5, 2), b = Derivatives.Uniform([3], -1, 3, 2);
        foreach (double exponent in new[] { 0, 1, 2, 3, -2, 0.5, 2.5 }) Derivatives.Check(t => t[0].Pow(exponent), x);
        Derivatives.Check(t => t[0].Pow(t[1]), x, b);
        Derivatives.Check(t => Tensor.Pow(1.7, t[0]), b);
        Derivatives.Check(t => t[0].Pow(2), Derivatives.Normal([4]));
    }

    [Fact]
    public void Pow_at_zero_has_the_limits_for_gradients()
    {
        Tensor a = Tensor.From(0.0, 0, 0), b = Tensor.From(0.0, 1, 2);
        a.RequiresGrad = b.RequiresGrad = true;
        a.Pow(b).Sum().Backward();
        Derivatives.AssertClose([0, 1, 0], a.Grad!);
        Derivatives.AssertClose([0, 0, 0], b.Grad!);
    }

    [Fact]
    public void Pow_of_integers_wants_a_whole_exponent()
    {
        ArgumentOutOfRangeException error =
            Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.From(1, 2).Pow(0.5));
        Assert.StartsWith("pow: int32 needs a whole exponent from 0 to 32, got 0.5.", error.Message);
    }

    [Fact]
    public void Clamp_limits_every_type_and_keeps_NaN()
    {
        Derivatives.AssertClose([-1, 0, 1, double.NaN], Tensor.From(-5f, 0f, 5f, float.NaN).Clamp(-1, 1));
        Assert.Equal([1L, 2, long.MaxValue], Tensor.From(-5L, 2, long.MaxValue).Clamp(min: 0.5).ToArray<long>());
        Assert.Equal([-5L, 2, 2], Tensor.From(-5L, 2, long.MaxValue).Clamp(max: 2.5).ToArray<long>());
        Assert.Equal([10, 200, 255], Tensor.From<byte>(3, 200, 255).Clamp(10, 1000).ToArray<byte>());
        Derivatives.AssertClose([1, 1], Tensor.From(-5f, 5f).Clamp(3, 1));
        Assert.StartsWith("clamp: neither min nor max",
            Assert.Throws<ArgumentException>(() => Tensor.From(1f).Clamp()).Message);
    }

    [Fact]
    public void Comparison_operators_give_masks()
    {
        Tensor x = Tensor.From(1f, 2f, float.NaN), y = Tensor.From(2f, 2f, 2f);
        Assert.Equal([true, false, false], Mask(x < y));
        Assert.Equal([false, false, false], Mask(x > y));
        Assert.Equal([true, true, false], Mask(x <= y));
        Assert.Equal([false, true, false], Mask(x >= y));
        Assert.Equal([true, false, false], Mask(x < 2));
        Assert.Equal([true, true, false], Mask(x <= 2));
        Assert.Equal([false, true, false], Mask(x > 1));
        Assert.Equal([true, true, false], Mask(x >= 1));
        Assert.Equal([false, true, false], Mask(x.EqualTo(2)));
        Assert.Equal([true, false, true], Mask(x.NotEqual(2)));
    }

    [Fact]
    public void Comparing_integers_with_a_fraction_does_not_round_the_answer_away()
    {
        Tensor x = Tensor.From(2, 3, -2, -3);
        Assert.Equal([true, false, true, true], Mask(x < 2.5));
        Assert.Equal([true, false, true, true], Mask(x <= 2.5));
        Assert.Equal([false, true, false, false], Mask(x > 2.5));
        Assert.Equal([true, true, true, false], Mask(x >= -2.5));
        Assert.Equal([false, false, false, true], Mask(x <= -2.5));
        Assert.Equal([false, false, false, false], Mask(x.EqualTo(2.5)));
    }

    [Fact]
    public void Comparisons_of_every_length_and_broadcast_equal_a_plain_loop()
    {
        foreach (int n in new[] { 0, 1, 7, 8, 9, 16, 31, 65, 70_001 })
        {
            Tensor a = Tensor.Randn([n], new Rng(3)), b = Tensor.Randn([n], new Rng(4));
            float[] av = a.ToArray<float>(), bv = b.ToArray<float>();
            Assert.Equal(av.Select((v, i) => v < bv[i]), Mask(a < b));
            Assert.Equal(av.Select(v => v < 0.25f), Mask(a < 0.25));
        }
        Assert.Equal([false, true, false, false], Mask(Tensor.From(1.0, 2).Reshape(2, 1) < Tensor.From(1.0, 2)));
    }

    private static bool[] Mask(Tensor t) => t.ToArray<bool>();
}
