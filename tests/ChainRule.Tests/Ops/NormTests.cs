namespace ChainRule.Tests.Operators;

public sealed class NormTests
{
    private const double Infinity = double.PositiveInfinity;

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(-1.5)]
    [InlineData(Infinity)]
    [InlineData(-Infinity)]
    public void Norm_of_the_zero_vector_is_0_and_so_are_its_derivatives(double p)
    {
        Tensor x = Tensor.Zeros([3], DType.Float64);
        x.RequiresGrad = true;
        Tensor y = x.Norm(p);
        Assert.Equal(0, y.Item());
        Tensor gradient = Autograd.Grad(y, [x], createGraph: true)[0];
        Assert.Equal([0, 0, 0], gradient.ToDoubles());
        if (!gradient.RequiresGrad) return;
        Assert.Equal([0, 0, 0], Autograd.Grad(gradient.Sum(), [x])[0].ToDoubles());
    }

    // Values of torch.norm.
    [Theory]
    [InlineData(2, 5, 0.6, -0.8)]
    [InlineData(1, 7, 1, -1)]
    [InlineData(0.5, 13.928203230275509, 2.154700538379252, -1.8660254037844386)]
    [InlineData(1.5, 5.584250376480029, 0.7329564758289748, -0.8463452372482761)]
    [InlineData(-2, 0, 0, 0)]
    [InlineData(-Infinity, 0, 0, 0)]
    public void Norm_with_a_zero_among_the_elements_gives_it_no_gradient(double p, double norm, double d3, double d4)
    {
        Tensor x = Tensor.From(0.0, 3, -4);
        x.RequiresGrad = true;
        Tensor y = x.Norm(p);
        y.Backward();
        Assert.Equal(norm, y.Item(), 1e-12);
        Derivatives.AssertClose([0, d3, d4], x.Grad!);
    }

    [Fact]
    public void Infinite_norms_share_the_gradient_among_equals()
    {
        Tensor x = Tensor.From(new[,] { { 3.0, -3, 1, 3 }, { 2, -1, 1, 5 } });
        x.RequiresGrad = true;
        x.Norm(Infinity, 1).Sum().Backward();
        Derivatives.AssertClose([1.0 / 3, -1.0 / 3, 0, 1.0 / 3, 0, 0, 0, 1], x.Grad!);
        Derivatives.AssertClose([0, 0, 1, 0, 0, -0.5, 0.5, 0],
            Autograd.Grad(x.Norm(-Infinity, 1).Sum(), [x])[0]);
    }

    [Theory]
    [InlineData(40, 1e30)]
    [InlineData(3, 1e-30)]
    [InlineData(-7, 1e25)]
    [InlineData(0.25, 1e28)]
    public void Powers_beyond_the_range_of_the_type_are_scaled(double p, double size)
    {
        float[] v = [(float)(3 * size), (float)(-2 * size), (float)size];
        Tensor x = Tensor.From(v);
        x.RequiresGrad = true;
        Tensor y = x.Norm(p);
        double expected = Math.Pow(v.Sum(e => Math.Pow(Math.Abs(e / size), p)), 1 / p) * size;
        Assert.Equal(1, y.Item() / expected, 1e-5);
        y.Backward();
        double[] wanted = [.. v.Select(e => Math.Sign(e) * Math.Pow(Math.Abs(e) / expected, p - 1))];
        Derivatives.AssertClose(wanted, x.Grad!, 1e-4);
    }

    [Fact]
    public void Norm_of_zero_order_counts_NaN_as_an_element() =>
        Assert.Equal(3, Tensor.From(0f, float.NaN, -0f, 1, float.NegativeInfinity).Norm(0).Item());
}
