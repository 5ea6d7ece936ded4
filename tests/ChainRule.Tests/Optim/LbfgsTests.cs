using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.Optim;

/// <summary>Limited-memory BFGS. Whole trajectories are compared with golden cases.</summary>
public sealed class LbfgsTests
{
    [Fact]
    public void Line_search_solves_a_valley_in_one_call()
    {
        Parameter x = new("x", Tensor.From(-1.2, 1.0));
        Lbfgs optimizer = new([x], new LbfgsOptions { LineSearch = true, MaxIterations = 100 });
        Assert.Equal(24.2, optimizer.Step(() => Valley(x)), 1e-9);
        Assert.Equal([1, 1], x.Value.ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-3);
        Assert.InRange(optimizer.EvaluationCount, 2, 126);
    }

    [Fact]
    public void Float32_and_float64_parameters_are_one_problem()
    {
        Parameter a = Gradients.Make(3, -1), b = new("b", Tensor.From(2.0)), still = Gradients.Make(7);
        still.Frozen = true;
        Lbfgs optimizer = new([a, still, b], new LbfgsOptions { LineSearch = true });
        for (int i = 0; i < 5; i++)
            optimizer.Step(() => (a.Value.To(DType.Float64) * b.Value).Square().Sum() + (b.Value - 1).Square().Sum());
        Assert.Equal(1, b.Value.ToArray<double>()[0], 1e-3);
        Assert.All(a.Value.ToArray<float>(), v => Assert.Equal(0, v, 1e-3));
        Assert.Equal([7f], still.Value.ToArray<float>());
    }

    [Fact]
    public void Maximize_climbs()
    {
        Parameter x = new("x", Tensor.From(-1.2, 1.0));
        Lbfgs optimizer = new([x], new LbfgsOptions { LineSearch = true, MaxIterations = 100, Maximize = true });
        Assert.Equal(-24.2, optimizer.Step(() => -Valley(x)), 1e-9);
        Assert.Equal(1, x.Value.ToArray<double>()[0], 1e-3);
    }

    [Fact]
    public void State_restores_a_run_bit_for_bit()
    {
        LbfgsOptions options = new() { LearningRate = 0.1, MaxIterations = 3, HistorySize = 4 };
        Parameter one = new("x", Tensor.From(-1.2, 1.0));
        Lbfgs first = new([one], options);
        for (int i = 0; i < 3; i++) first.Step(() => Valley(one));
        Parameter two = new("x", one.Value.Detach());
        OptimizerState saved = first.State();
        Assert.Contains("state.0.old_dirs.0", saved.Tensors.Select(t => t.Name));
        Lbfgs second = new([two], options);
        second.LoadState(saved);
        for (int i = 0; i < 3; i++)
        {
            first.Step(() => Valley(one));
            second.Step(() => Valley(two));
        }
        Assert.Equal(one.Value.ToArray<double>(), two.Value.ToArray<double>());
        Assert.Equal(first.EvaluationCount, second.EvaluationCount);
    }

    [Fact]
    public void State_of_something_else_is_refused()
    {
        Parameter x = new("x", Tensor.From(-1.2, 1.0)), other = Gradients.Make(1);
        Lbfgs optimizer = new([x]);
        optimizer.Step(() => Valley(x));
        OptimizerState saved = optimizer.State();
        Assert.Equal(
            "Lbfgs.LoadState: 'state.0.d' is [2] float64; expected [1] float64; "
            + "the state is that of another model or of another kind of optimiser.",
            Assert.Throws<CheckpointException>(() => new Lbfgs([other]).LoadState(saved)).Message);
        Assert.Contains(
            "'state.0.d' is missing",
            Assert.Throws<CheckpointException>(() => optimizer.LoadState(saved with { Tensors = [] })).Message);
    }

    [Fact]
    public void Step_without_a_loss_says_what_to_call()
    {
        Parameter x = Gradients.Make(1);
        Lbfgs optimizer = new([x]);
        Gradients.Set(x, 1);
        Assert.Equal(
            "Lbfgs: Step() cannot evaluate the loss, which L-BFGS does several times a step; call Step(() => loss).",
            Assert.Throws<InvalidOperationException>(optimizer.Step).Message);
    }

    private static Tensor Valley(Parameter x)
    {
        Tensor a = x.Value[0], b = x.Value[1];
        return (100 * (b - a.Square()).Square()) + (1 - a).Square();
    }
}
