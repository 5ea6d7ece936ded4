using ChainRule.Tests.Errors;

namespace ChainRule.Tests.AutogradTests;

public sealed class GradFunctionTests
{
    [Fact]
    public void Grad_leaves_the_Grad_of_leaves_alone()
    {
        Tensor x = Leaf(2), w = Leaf(3);
        Assert.Equal(3, Autograd.Grad(x * w, x).Item());
        Assert.Null(x.Grad);
        Assert.Null(w.Grad);
    }

    [Fact]
    public void Grad_gives_leaves_and_results_in_the_order_asked_also_twice()
    {
        Tensor x = Leaf(2), w = Leaf(3), m = x * w, y = m * m + w;
        Tensor[] g = Autograd.Grad(y, [w, m, x, m, y, w]);
        Assert.Equal([(12 * 2) + 1, 12, 36, 12, 1, 25], g.Select(t => t.Item()));
    }

    [Fact]
    public void Grad_of_a_result_that_is_input_of_another_asked_one_goes_on()
    {
        Tensor x = Leaf(2), a = x * x, b = a * a, c = b * 3 + a;
        Assert.Equal([3, (3 * 8) + 1, 4 * 25], Autograd.Grad(c, [b, a, x]).Select(t => t.Item()));
    }

    [Fact]
    public void Grad_of_what_the_output_ignores_is_zero()
    {
        Tensor x = Leaf(2, 3), unused = Leaf(1, 1), later = x * 2;
        Tensor y = (x * x).Sum();
        Tensor[] g = Autograd.Grad(y, [unused, later, x]);
        Assert.Equal([0, 0], g[0].ToDoubles());
        Assert.Equal([0, 0], g[1].ToDoubles());
        Assert.Equal([4, 6], g[2].ToDoubles());
    }

    [Fact]
    public void Grad_of_a_leaf_by_itself_is_the_seed()
    {
        Tensor x = Leaf(2, 3), other = Leaf(1), seed = Tensor.From(5.0, 6);
        Assert.Equal([5, 6], Autograd.Grad(x, x, seed).ToDoubles());
        Assert.Equal(0, Autograd.Grad(x, other, seed).Item());
    }

    [Fact]
    public void Grad_without_a_gradient_says_which_side_has_none()
    {
        Tensor x = Leaf(2), data = Tensor.Scalar(1, DType.Float64);
        ErrorSnapshot.Throws<GradException>(
            "Grad: the output requires no gradient: nothing it was computed from has RequiresGrad set.",
            () => Autograd.Grad(data * 2, x));
        ErrorSnapshot.Throws<GradException>(
            "Grad: an input requires no gradient; set RequiresGrad before the output is computed.",
            () => Autograd.Grad(x * 2, data));
        Assert.Throws<ArgumentNullException>(() => Autograd.Grad(x * 2, [x, null!]));
        Assert.Throws<ArgumentNullException>(() => Autograd.Grad(null!, x));
    }

    [Fact]
    public void Grad_releases_and_retains_as_Backward_does()
    {
        Tensor x = Leaf(3), y = x * x;
        Assert.Equal(6, Autograd.Grad(y, x, retainGraph: true).Item());
        Assert.Equal(6, Autograd.Grad(y, x).Item());
        Assert.Throws<GradException>(() => Autograd.Grad(y, x));
    }

    [Fact]
    public void Derivatives_of_any_order_come_from_recorded_walks()
    {
        Tensor x = Leaf(0.7), y = x.Sin();
        double[] expected = [Math.Cos(0.7), -Math.Sin(0.7), -Math.Cos(0.7), Math.Sin(0.7), Math.Cos(0.7)];
        foreach (double e in expected)
        {
            y = Autograd.Grad(y, x, createGraph: true);
            Assert.Equal(e, y.Item(), 1e-12);
        }
    }

    [Fact]
    public void Gradient_by_the_seed_gives_the_product_with_the_Jacobian()
    {
        // g(v) = J^T v is linear in v: its derivative by v along u is J u (the trick of two backward walks).
        Tensor x = Leaf(1, 2), v = Leaf(0, 0), u = Tensor.From(1.0, -1);
        Tensor y = x * x * x;
        Tensor g = Autograd.Grad(y, x, v, createGraph: true);
        Assert.Equal([3, -12], Autograd.Grad(g, v, u).ToDoubles());
    }

    [Fact]
    public void Jacobian_holds_every_derivative_of_every_result()
    {
        Tensor x = Tensor.From(1.0, 2, 3);
        Tensor j = Autograd.Jacobian(t => Tensor.Stack([t[0] * t[1], t[2].Square()]), x);
        Assert.Equal("[2, 3]", j.Shape.ToString());
        Assert.Equal([2, 1, 0, 0, 0, 6], j.ToDoubles());
        Tensor m = Autograd.Jacobian(t => t.T, Tensor.From(new[,] { { 1.0, 2 }, { 3, 4 } }));
        Assert.Equal("[2, 2, 2, 2]", m.Shape.ToString());
        Assert.Equal([1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1], m.ToDoubles());
    }

    [Fact]
    public void Jacobian_of_the_identity_and_of_a_constant()
    {
        Tensor x = Tensor.From(1.0, 2);
        Assert.Equal([1, 0, 0, 1], Autograd.Jacobian(t => t, x).ToDoubles());
        Assert.Equal([0, 0, 0, 0], Autograd.Jacobian(_ => Tensor.From(5.0, 6), x).ToDoubles());
        Tensor none = Autograd.Jacobian(t => t[..0], x);
        Assert.Equal("[0, 2]", none.Shape.ToString());
        Assert.False(x.RequiresGrad);
    }

    [Fact]
    public void Jacobian_that_is_recorded_can_be_differentiated()
    {
        Tensor x = Leaf(1, 2);
        Tensor j = Autograd.Jacobian(t => t * t * t, x, createGraph: true);
        j.Sum().Backward();                                          // d/dx 3x^2
        Assert.Equal([6, 12], x.Grad!.ToDoubles());
    }

    [Fact]
    public void Hessian_of_a_function_of_a_matrix_has_its_shape_twice()
    {
        Tensor x = Tensor.From(new[,] { { 1.0, 2 }, { 3, 4 } });
        Tensor h = Autograd.Hessian(t => t[0, 0] * t[1, 1] * t[1, 1], x);
        Assert.Equal("[2, 2, 2, 2]", h.Shape.ToString());
        Assert.Equal(
            (8, 8, 2, 0), (h[0, 0, 1, 1].Item(), h[1, 1, 0, 0].Item(), h[1, 1, 1, 1].Item(), h[0, 0, 0, 0].Item()));
    }

    [Fact]
    public void Second_derivatives_of_linear_and_constant_functions_are_zero()
    {
        Tensor x = Tensor.From(1.0, 2), v = Tensor.From(1.0, 1), w = Leaf(3, 4);
        Assert.Equal([0, 0, 0, 0], Autograd.Hessian(t => (t * 3).Sum(), x).ToDoubles());
        Assert.Equal([0, 0, 0, 0], Autograd.Hessian(_ => Tensor.Scalar(1, DType.Float64), x).ToDoubles());
        Assert.Equal([0, 0, 0, 0], Autograd.Hessian(t => (t * w).Sum(), x).ToDoubles());
        Assert.Equal([0, 0], Autograd.Hvp(t => (t * 3).Sum(), x, v).ToDoubles());
        Assert.Equal([0, 0], Autograd.Hvp(_ => w.Sum(), x, v).ToDoubles());
        Assert.Equal([0, 0], Autograd.Hvp(t => (t * w).Sum(), x, v).ToDoubles());
        Assert.Null(w.Grad);
    }

    [Fact]
    public void Hvp_equals_the_Hessian_times_the_vector()
    {
        Tensor x = Tensor.Randn([5], new Rng(1), dtype: DType.Float64),
            v = Tensor.Randn([5], new Rng(2), dtype: DType.Float64);
        Func<Tensor, Tensor> f = t => (t.Tanh() * t.Flip(0).Exp()).Sum() * t[2];
        double[] expected = Autograd.Hessian(f, x).MatMul(v).ToDoubles(), actual = Autograd.Hvp(f, x, v).ToDoubles();
        for (int i = 0; i < 5; i++) Assert.Equal(expected[i], actual[i], 1e-12);
    }

    [Fact]
    public void Second_derivatives_need_one_number_and_a_fitting_vector()
    {
        Tensor x = Tensor.From(1.0, 2);
        ErrorSnapshot.Throws<ShapeException>(
            "Hessian: the function must have one number as its result, got [2].",
            () => Autograd.Hessian(t => t * t, x));
        ErrorSnapshot.Throws<ShapeException>(
            "Hvp: the function must have one number as its result, got [2].", () => Autograd.Hvp(t => t * t, x, x));
        ErrorSnapshot.Throws<ShapeException>(
            "Hvp: v is [3], x is [2].", () => Autograd.Hvp(t => t.Sum(), x, Tensor.Zeros([3], DType.Float64)));
        ErrorSnapshot.Throws<DTypeException>(
            "Hvp: v is float32, x is float64.", () => Autograd.Hvp(t => t.Sum(), x, Tensor.Zeros([2])));
    }

    [Fact]
    public void Functions_are_recorded_inside_NoGrad_too()
    {
        Tensor x = Tensor.From(1.0, 2);
        using (NoGrad.Begin())
        {
            Assert.Equal([2, 0, 0, 4], Autograd.Jacobian(t => t * t, x).ToDoubles());
            Assert.Equal([2, 0, 0, 2], Autograd.Hessian(t => (t * t).Sum(), x).ToDoubles());
            Assert.Equal([2, 4], Autograd.Hvp(t => (t * t).Sum(), x, x).ToDoubles());
            Assert.True(GradCheck.Run(t => t[0] * t[0], [x]).Passed);
            Assert.False(Graph.Recording);
        }
    }

    [Fact]
    public void Gradients_inside_a_step_agree_with_those_outside()
    {
        Func<Tensor, Tensor> f = t => (t.Exp() * t).Sum();
        Tensor x = Tensor.From(0.5, -1);
        double[] outside = Autograd.Hessian(f, x).ToDoubles();
        using Step step = Step.Begin();
        Assert.Equal(outside, Autograd.Hessian(f, x).ToDoubles());
    }

    private static Tensor Leaf(params double[] values)
    {
        Tensor t = values.Length == 1 ? Tensor.Scalar(values[0], DType.Float64) : Tensor.From(values);
        t.RequiresGrad = true;
        return t;
    }
}
