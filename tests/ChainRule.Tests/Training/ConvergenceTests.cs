using ChainRule.Bench.Experiments;
using ChainRule.Data;

namespace ChainRule.Tests.Training;

/// <summary>
/// Networks that must reach their figure, seeds fixed. The experiments are those of <c>bench figures</c>, which also
/// trains the convolutional network.
/// </summary>
public sealed class ConvergenceTests
{
    [Fact]
    public void Xor_is_learnt_by_hidden_units() => Assert.Equal(4, Xor.RightWithHiddenUnits());

    [Fact]
    public void Xor_is_beyond_a_single_unit() => Assert.InRange(Xor.RightWithoutHiddenUnits(), 0, 3);

    [Fact]
    public void Iris_is_learnt_to_29_of_30() => Assert.InRange(IrisFlowers.RightOfThirty(), 29, 30);

    [SharedFact("data/mnist")]
    public void Softmax_regression_reaches_its_figure_on_mnist() =>
        Assert.InRange(HandwrittenDigits.Softmax(Digits()), 0.915, 1);

    [SharedFact("data/mnist")]
    public void Mlp_reaches_its_figure_on_mnist() => Assert.InRange(HandwrittenDigits.Mlp(Digits()), 0.977, 1);

    private static HandwrittenDigits Digits()
    {
        string data = SharedData.Path("data");
        return HandwrittenDigits.Mnist(new DataFolder(data, data));
    }
}
