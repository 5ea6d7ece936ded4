using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.Optim;

public sealed class ClipTests
{
    [Theory]
    [InlineData(1e-25)]
    [InlineData(1.0)]
    [InlineData(1e25)]
    public void Norm_neither_overflows_nor_vanishes(double size)
    {
        Parameter p = Gradients.Make(0, 0), q = Gradients.Make(0);
        Gradients.Set(p, (float)(3 * size), 0);
        Gradients.Set(q, (float)(-4 * size));
        double norm = Clip.GradNorm([p, q], double.MaxValue);
        Assert.Equal(5, norm / size, 5);
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(2, 5)]
    [InlineData(3, 4.497941445275415)]
    [InlineData(0.5, 13.92820323027551)]
    [InlineData(double.PositiveInfinity, 4)]
    public void Norm_has_the_power_asked_for(double power, double expected)
    {
        foreach (double size in new[] { 1, 1e-18, 1e12 })
        {
            Parameter p = Gradients.Make(0, 0), q = Gradients.Make(0);
            Gradients.Set(p, (float)(3 * size), 0);
            Gradients.Set(q, (float)(-4 * size));
            Assert.Equal(expected, Clip.GradNorm([p, q], double.MaxValue, power) / size, 1e-5);
        }
    }

    [Fact]
    public void Parameters_without_gradient_do_not_count()
    {
        Parameter p = Gradients.Make(1), q = Gradients.Make(9);
        Gradients.Set(p, -2);
        Assert.Equal(2, Clip.GradNorm([p, q], 1));
        Assert.Null(q.Grad);
        Assert.Equal(-1, p.Grad!.Item(), 5);
    }

    [Fact]
    public void Norm_of_NaN_is_NaN()
    {
        Parameter p = Gradients.Make(0, 0);
        Gradients.Set(p, 1, float.NaN);
        Assert.Equal(double.NaN, Clip.GradNorm([p], 1));
    }

    [Fact]
    public void Recorded_gradient_is_not_written_to()
    {
        Parameter p = Gradients.Make(3);
        (p.Value * p.Value).Sum().Backward(createGraph: true);
        Tensor recorded = p.Grad!;
        Clip.GradValue([p], 1);
        Assert.Equal(6, recorded.Item());
        Assert.Equal(1, p.Grad!.Item());
    }

    [Fact]
    public void Wrong_limits_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Clip.GradNorm([], -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Clip.GradNorm([], 1, power: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Clip.GradValue([], double.NaN));
    }
}
