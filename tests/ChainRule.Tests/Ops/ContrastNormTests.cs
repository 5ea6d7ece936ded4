using ChainRule.Nn;

namespace ChainRule.Tests.Operators;

/// <summary>Contrast where there is none, and layers that refuse options.</summary>
public sealed class ContrastNormTests
{
    [Fact]
    public void An_image_of_zeros_stays_0_with_gradient_0()
    {
        Tensor x = Tensor.Zeros([1, 2, 4, 4], DType.Float64);
        x.RequiresGrad = true;
        Tensor y = F.LocalContrastNorm(x, 3, 1);
        y.Sum().Backward();
        Assert.All(y.ToArray<double>(), v => Assert.Equal(0, v));
        Assert.All(x.Grad!.ToArray<double>(), v => Assert.True(double.IsFinite(v)));
    }

    [Fact]
    public void A_renormalised_border_takes_a_constant_away_everywhere()
    {
        Tensor y = F.SubtractiveNorm(Tensor.Full([1, 2, 4, 5], 3), 5, 1.5, ContrastBorder.Renormalise);
        Assert.All(y.ToArray<float>(), v => Assert.Equal(0, v, 1e-6));
    }

    [Fact]
    public void Impossible_options_are_refused_when_a_layer_is_made()
    {
        Expect("GroupNorm: 3 groups do not divide 4 channels. (Parameter 'groups')", () => new GroupNorm(3, 4));
        Expect("GroupNorm: eps is -1; expected a finite number, 0 or more. (Parameter 'eps')", () =>
            new GroupNorm(2, 4, eps: -1));
        Expect("InstanceNorm2d: eps is NaN; expected a finite number, 0 or more. (Parameter 'eps')", () =>
            new InstanceNorm2d(2, eps: double.NaN));
        Expect("DivisiveNorm: kernelSize must be odd and above 0, got 2. (Parameter 'kernelSize')", () =>
            new DivisiveNorm(2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LocalResponseNorm(0));

        static void Expect(string message, Func<Layer> make) =>
            Assert.Equal(message, Assert.ThrowsAny<ArgumentException>(() => make()).Message);
    }
}
