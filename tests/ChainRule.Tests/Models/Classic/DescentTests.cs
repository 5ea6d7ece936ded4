using ChainRule.Kernels;
using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Tests.Errors;
using static ChainRule.Tests.ModelsTests.LinearAlgebraTests;

namespace ChainRule.Tests.ModelsTests;

/// <summary>Gradient descent, its stopping rules, and what curvature says of it.</summary>
public sealed class DescentTests
{
    // Hessian [[2, 1], [1, 8]]: eigenvalues 5 -+ sqrt 10.
    private static Tensor Valley(Tensor x) => (x[0] * x[0]) + (x[0] * x[1]) + (x[1] * x[1] * 4);

    private static Tensor ThreeVariables(Tensor x) =>
        (x[0] * x[0]) + (x[0] * (1 - x[1])) + (x[1] * x[1]) - (x[1] * x[2]) + (x[2] * x[2]) + x[2];

    private static Tensor Start => Tensor.From(3.0, 3);

    [Fact]
    public void First_steps_in_a_valley_are_those_of_the_gradient()
    {
        DescentPath slow = GradientDescent.Minimize(Valley, Start, 0.1, options: new() { MaxSteps = 1 });
        AssertNear([3, 3, 2.1, 0.3], slow.Points.Reshape(-1).ToArray<double>(), 1e-14);
        AssertNear([54, 5.4], slow.Values.ToArray<double>(), 1e-13);
        AssertNear([9, 27, 4.5, 4.5], slow.Gradients.Reshape(-1).ToArray<double>(), 1e-13);
        Assert.Equal((1, DescentStop.MaxSteps), (slow.Steps, slow.Stop));

        DescentPath fast = GradientDescent.Minimize(Valley, Start, 0.2, options: new() { MaxSteps = 1 });
        AssertNear([1.2, -2.4], fast.Last.ToArray<double>(), 1e-14);
        Assert.Equal(21.6, fast.Values[1].Item(), 1e-13);
    }

    [Fact]
    public void Best_rate_of_a_valley_needs_fewer_steps_than_half_of_it()
    {
        var shape = Quadratic.At(Valley, Start);
        Assert.Equal(0.2, shape.BestRate, 1e-15);
        Assert.Equal(2 / (5 + Math.Sqrt(10)), shape.MaxRate, 1e-15);
        DescentOptions until = new() { GradientTolerance = 1e-8 };
        int slow = GradientDescent.Minimize(Valley, Start, 0.1, options: until).Steps;
        int fast = GradientDescent.Minimize(Valley, Start, 0.2, options: until).Steps;
        // The distance shrinks by 1 - 0.1 * 1.84 = 0.816 a step, and by 0.632: ln 0.816 / ln 0.632 = 0.444.
        Assert.InRange((double)fast / slow, 0.42, 0.5);
    }

    [Fact]
    public void Function_of_three_variables_is_least_at_minus_one()
    {
        Tensor start = Tensor.From(0.0, 0, 0);
        var shape = Quadratic.At(ThreeVariables, Tensor.From(0.3, -0.4, 2));
        AssertNear([2 - Math.Sqrt(2), 2, 2 + Math.Sqrt(2)], shape.Eigenvalues.ToArray<double>(), 1e-14);
        AssertNear([-1, -1, -1], shape.StationaryPoint.ToArray<double>(), 1e-14);
        Assert.Equal((StationaryKind.Minimum, -1), (shape.Kind, Math.Round(shape.StationaryValue, 14)));
        DescentPath path = GradientDescent.Minimize(
            ThreeVariables, start, shape.BestRate, options: new() { GradientTolerance = 1e-10 });
        Assert.Equal(DescentStop.Gradient, path.Stop);
        AssertNear([-1, -1, -1], path.Last.ToArray<double>(), 1e-9);
        Assert.Equal(Math.Sqrt(3), path.DistanceTo(shape.StationaryPoint)[0].Item(), 1e-14);
    }

    [Fact]
    public void Best_rate_in_one_variable_is_one_over_the_curvature_and_takes_one_step()
    {
        Func<Tensor, Tensor> f = x => ((x - 2).Square() * 3).Sum() + 1;
        double rate = Quadratic.At(f, Tensor.From(7.0)).BestRate;
        Assert.Equal(1.0 / 6, rate, 1e-15);
        DescentPath path = GradientDescent.Minimize(
            f, Tensor.From(7.0), rate, options: new() { GradientTolerance = 1e-12 });
        Assert.Equal(1, path.Steps);
        Assert.Equal(2, path.Last.Item(), 1e-14);
    }

    [Theory]
    [InlineData(0.99, DescentStop.Gradient)]
    [InlineData(1.01, DescentStop.Diverged)]
    public void Greatest_rate_divides_convergence_from_divergence(double share, DescentStop expected)
    {
        double rate = Quadratic.At(Valley, Start).MaxRate * share;
        DescentPath path = GradientDescent.Minimize(
            Valley, Start, rate, options: new() { MaxSteps = 40000, GradientTolerance = 1e-9 });
        Assert.Equal(expected, path.Stop);
    }

    [Fact]
    public void Every_stopping_rule_ends_at_the_first_point_it_holds_at()
    {
        // x = 0.5^k: gradient 2 x, step x of the same length, change of the value 3 x^2.
        Func<Tensor, Tensor> f = x => x.Square().Sum();
        Tensor one = Tensor.From(1.0);
        Check(new() { GradientTolerance = 0.25 }, DescentStop.Gradient, 3);
        Check(new() { GradientTolerance = 2 }, DescentStop.Gradient, 0);
        Check(new() { StepTolerance = 0.0625 }, DescentStop.Step, 4);
        Check(new() { ValueTolerance = 3.0 / 64 }, DescentStop.Value, 3);
        Check(new() { MaxSteps = 7 }, DescentStop.MaxSteps, 7);
        Check(new() { MaxSteps = 0 }, DescentStop.MaxSteps, 0);
        // Several at once: the gradient is named before the step, the step before the value, each before the count.
        Check(new() { GradientTolerance = 0.125, StepTolerance = 0.0625 }, DescentStop.Gradient, 4);
        Check(new() { StepTolerance = 0.0625, ValueTolerance = 3.0 / 256 }, DescentStop.Step, 4);
        Check(new() { ValueTolerance = 3.0 / 64, MaxSteps = 3 }, DescentStop.Value, 3);

        void Check(DescentOptions options, DescentStop stop, int steps)
        {
            DescentPath path = GradientDescent.Minimize(f, one, 0.25, options: options);
            Assert.Equal((stop, steps), (path.Stop, path.Steps));
            Assert.Equal(Math.Pow(0.5, steps), path.Last.Item());
            Assert.Equal([steps + 1, 1], path.Gradients.Shape.ToArray());
        }
    }

    [Fact]
    public void Steps_by_sign_circle_the_minimum_unless_they_get_shorter()
    {
        Func<Tensor, Tensor> f = x => x.Square().Sum();
        Tensor start = Tensor.From(2.25, -1.25);
        DescentPath circling = GradientDescent.Minimize(
            f, start, p => new SignDescent(p, 0.5), new() { MaxSteps = 50 });
        Assert.Equal([1.75, -0.75], circling.Points[1].ToArray<double>());
        Assert.Equal([0.25, 0.25], circling.Last.Abs().ToArray<double>());
        DescentPath settling = GradientDescent.Minimize(
            f, start, p => new SignDescent(p, 0.5), new() { MaxSteps = 2000, RateFactor = k => 1.0 / (1 + k) });
        AssertNear([0, 0], settling.Last.ToArray<double>(), 5e-4);
    }

    [Fact]
    public void Rate_that_falls_scales_each_step()
    {
        DescentPath path = GradientDescent.Minimize(
            x => x.Sum() * 2, Tensor.From(0.0), 0.5, options: new() { MaxSteps = 3, RateFactor = k => 1.0 / (1 + k) });
        AssertNear([0, -1, -1.5, -1.5 - (1.0 / 3)], path.Points.Reshape(-1).ToArray<double>(), 1e-15);
    }

    [Fact]
    public void Heavy_ball_keeps_a_share_of_its_last_step()
    {
        DescentPath path = GradientDescent.Minimize(
            x => x.Sum(), Tensor.From(0f), 1, momentum: 0.5, new() { MaxSteps = 3 });
        Assert.Equal([0f, -1, -2.5f, -4.25f], path.Points.Reshape(-1).ToArray<float>());
    }

    [Fact]
    public void Network_of_one_unit_a_layer_has_a_saddle_at_the_origin()
    {
        // (1 - w1 w2)^2: without slope at the origin, where the curvatures are -2 and 2.
        Func<Tensor, Tensor> error = w => (1 - (w[0] * w[1])).Square();
        Tensor origin = Tensor.Zeros([2], DType.Float64);
        var shape = Quadratic.At(error, origin);
        AssertNear([-2, 2], shape.Eigenvalues.ToArray<double>(), 1e-15);
        Assert.Equal((StationaryKind.Saddle, 1), (shape.Kind, shape.StationaryValue));
        Assert.Equal(0, GradientDescent.Minimize(
            error, origin, 0.1, options: new() { GradientTolerance = 1e-9 }).Steps);
        // The least push leads away, to the hyperbola of minima.
        Tensor end = GradientDescent.Minimize(error, Tensor.From(1e-3, 1e-3), 0.1).Last;
        Assert.Equal(1, (end[0] * end[1]).Item(), 1e-9);
    }

    [Theory]
    [InlineData(2, 1, StationaryKind.Minimum)]
    [InlineData(-2, -1, StationaryKind.Maximum)]
    [InlineData(-2, 1, StationaryKind.Saddle)]
    [InlineData(2, 0, StationaryKind.Undecided)]
    [InlineData(0, 0, StationaryKind.Undecided)]
    public void Signs_of_the_curvatures_decide_what_a_point_is(double a, double b, StationaryKind expected)
    {
        Quadratic f = new(Tensor.From([a, 0, 0, b], [2, 2]), Tensor.From(0.0, 0));
        Assert.Equal(expected, f.Kind);
        Assert.Equal(expected != StationaryKind.Minimum, double.IsNaN(f.BestRate));
        Assert.Equal(Math.Max(a, b) <= 0, double.IsPositiveInfinity(f.MaxRate));
    }

    [Fact]
    public void Expansion_of_a_function_has_its_value_gradient_and_hessian()
    {
        Func<Tensor, Tensor> f = x => (x[0].Exp() * x[1]) + x[1].Sin();
        Tensor at = Tensor.From(0.5, -0.7);
        var shape = Quadratic.At(f, at);
        Assert.Equal(f(at).Item(), shape.Value(at).Item(), 1e-14);
        Tensor point = at.Detach();
        point.RequiresGrad = true;
        AssertNear(
            Autograd.Grad(f(point), point).ToArray<double>(),
            Autograd.Grad(shape.Value(point), point).ToArray<double>(), 1e-14);
        TensorAssert.Close(Autograd.Hessian(f, at), shape.Hessian, new(1e-14, 1e-14));
    }

    [Fact]
    public void Matrix_that_is_not_symmetric_counts_by_its_symmetric_part()
    {
        Quadratic f = new(Tensor.From([2.0, 3, 1, 4], [2, 2]), Tensor.From(1.0, -1), constant: 5);
        Assert.Equal([2.0, 2, 2, 4], f.Hessian.Reshape(-1).ToArray<double>());
        // (2 + 2 * 2 * 2 + 4 * 4) / 2 + 1 - 2 + 5
        Assert.Equal(17, f.Value(Tensor.From(1.0, 2)).Item());
    }

    [Fact]
    public void Curvature_of_a_model_is_that_of_its_hessian()
    {
        Tensor x = Tensor.From(Random(40, 1), [20, 2]), y = Tensor.From(Random(20, 2), [20, 1]);
        Linear unit = new(2, 1, dtype: DType.Float64);
        var curvature = Curvature.Of(
            (unit.Forward(x) - y).Square().Mean(), unit.Parameters(), new Rng(3), tolerance: 1e-13);
        // Of the mean of squares: 2 X^T X / m, with a column of ones for the bias.
        Tensor wide = Tensor.Concat([x, Tensor.Ones([20, 1], DType.Float64)], 1);
        double[] exact = SymmetricEigen.Of((wide.T.MatMul(wide) / 10).ToArray<double>(), 3).Values;
        Assert.Equal(exact[0], curvature.Largest, 1e-8);
        Assert.Equal(exact[2], curvature.Smallest, 1e-8);
        Assert.Equal(2 / curvature.Largest, curvature.MaxRate);
    }

    [Fact]
    public void Curvatures_of_equal_size_and_opposite_sign_are_told_apart()
    {
        Linear a = new(1, 1, bias: false), b = new(1, 1, bias: false);
        a.Weight.Set(Tensor.Zeros([1, 1]));
        b.Weight.Set(Tensor.Zeros([1, 1]));
        Tensor error = (1 - b.Forward(a.Forward(Tensor.Ones([1, 1])))).Square().Sum();
        var curvature = Curvature.Of(error, [a.Weight, b.Weight], new Rng(1));
        Assert.Equal(-2, curvature.Smallest, 1e-5);
        Assert.Equal(2, curvature.Largest, 1e-5);
    }

    [Fact]
    public void Curvature_of_a_plane_is_zero()
    {
        Linear unit = new(3, 1);
        var flat = Curvature.Of(unit.Forward(Tensor.Ones([1, 3])).Sum(), unit.Parameters(), new Rng(1));
        Assert.Equal((0, 0, double.PositiveInfinity), (flat.Smallest, flat.Largest, flat.MaxRate));
    }

    [Fact]
    public void Wrong_use_is_named()
    {
        ErrorSnapshot.Throws<ShapeException>(
            "GradientDescent: the start must be [n], got [2, 1].",
            () => GradientDescent.Minimize(Valley, Tensor.Zeros([2, 1]), 0.1));
        ErrorSnapshot.Throws<ArgumentOutOfRangeException>(
            "GradientTolerance is -1; expected 0 or more. (Parameter 'GradientTolerance')",
            () => GradientDescent.Minimize(Valley, Start, 0.1, options: new() { GradientTolerance = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => GradientDescent.Minimize(Valley, Start, 0.1, options: new() { MaxSteps = -1 }));
        Assert.Throws<ShapeException>(() => GradientDescent.Minimize(x => x * 2, Start, 0.1));
        ErrorSnapshot.Throws<ShapeException>(
            "Quadratic: the point must be [n], got [].", () => Quadratic.At(Valley, Tensor.Scalar(1)));
        ErrorSnapshot.Throws<ShapeException>(
            "Quadratic: matrix must be [2, 2], got [3, 2].",
            () => new Quadratic(Tensor.Zeros([3, 2]), Tensor.Zeros([2])));
        ErrorSnapshot.Throws<ShapeException>(
            "Quadratic: the point must be [2], got [3].",
            () => new Quadratic(Tensor.Eye(2), Tensor.Zeros([2])).Value(Tensor.Zeros([3])));
        ErrorSnapshot.Throws<InvalidOperationException>(
            "Quadratic: there is no one stationary point, since the Hessian is singular.",
            () => _ = new Quadratic(Tensor.Zeros([2, 2]), Tensor.Zeros([2])).StationaryPoint);
    }
}
