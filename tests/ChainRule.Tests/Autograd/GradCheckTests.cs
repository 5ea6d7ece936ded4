using ChainRule.Tests.Errors;

namespace ChainRule.Tests.AutogradTests;

public sealed class GradCheckTests
{
    private static readonly Tensor A = Tensor.From(0.5, -1, 2), B = Tensor.From(3.0, 4, -0.25);

    [Fact]
    public void Right_gradient_passes_with_a_small_error()
    {
        GradCheckResult result = GradCheck.Run(t => t[0].Exp() * t[1] + t[0], [A, B]);
        Assert.True(result.Passed, result.ToString());
        Assert.InRange(result.Error, 0, 1e-7);
    }

    [Fact]
    public void Planted_wrong_gradient_is_found_at_its_element()
    {
        Tensor fault = Tensor.From(1.0, 1, 1.001);
        GradCheckResult result = GradCheck.Run(t => t[0] * Planted.Identity(t[1], dy => dy * fault), [A, B]);
        Assert.False(result.Passed);
        Assert.Equal((1, 2), (result.Input, result.Element));
        Assert.Equal(1.001, result.Analytic / result.Numeric, 1e-6);
        Assert.StartsWith("failed: input 1, element 2: ", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Gradient_that_is_not_a_number_fails()
    {
        Tensor fault = Tensor.From(1, double.NaN, 1.5);
        GradCheckResult result = GradCheck.Run(t => Planted.Identity(t[0], dy => dy * fault), [A]);
        Assert.Equal((false, 0, 1), (result.Passed, result.Input, result.Element));
        Assert.True(double.IsNaN(result.Error));
    }

    [Fact]
    public void Forgotten_gradient_fails_and_ignored_input_passes()
    {
        Assert.False(GradCheck.Run(t => t[0].Detach() * t[1], [A, B]).Passed);
        Assert.True(GradCheck.Run(t => t[0] * 2, [A, B]).Passed);
        Assert.True(GradCheck.Run(_ => A, [B]).Passed);
    }

    [Fact]
    public void Nothing_to_compare_passes() =>
        Assert.Equal(
            (true, -1),
            (GradCheck.Run(t => t[0] * 2, [Tensor.Zeros([0], DType.Float64)]) is var r && r.Passed, r.Input));

    [Fact]
    public void Float32_input_is_refused() => ErrorSnapshot.Throws<DTypeException>(
        "GradCheck: input 1 is float32; differences need float64.",
        () => GradCheck.Run(t => t[0], [A, Tensor.Zeros([3])]));

    [Fact]
    public void Inputs_are_left_as_they_were()
    {
        GradCheck.Run(t => t[0] * t[0], [A]);
        Assert.Equal([0.5, -1, 2], A.ToDoubles());
        Assert.False(A.RequiresGrad);
        Assert.Null(A.Grad);
    }
}
