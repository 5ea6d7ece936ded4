using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.Optim;

public sealed class OptimizerTests
{
    [Fact]
    public void Sgd_steps_against_gradient()
    {
        Parameter p = Gradients.Make(1, 2, 3);
        Sgd sgd = new([p], learningRate: 0.5);
        Gradients.Set(p, 2, -4, 0);
        sgd.Step();
        Assert.Equal([0f, 4f, 3f], p.Value.ToArray<float>());
    }

    [Fact]
    public void Maximize_climbs()
    {
        Parameter p = Gradients.Make(1);
        Sgd sgd = new([ParameterGroup.Of([p], new SgdOptions { LearningRate = 0.5, Maximize = true })]);
        Gradients.Set(p, 2);
        sgd.Step();
        Assert.Equal([2f], p.Value.ToArray<float>());
    }

    [Fact]
    public void Parameters_and_gradients_of_a_group_lie_in_one_piece()
    {
        Parameter a = Gradients.Make(1, 2, 3), b = Gradients.Make(4, 5);
        Gradients.Set(a, 7, 8, 9);
        Sgd sgd = new([a, b]);
        unsafe
        {
            Assert.Equal(64, b.Value.Pointer - a.Value.Pointer);
            Assert.Equal(0, (nint)a.Value.Pointer % 64);
            b.Value.GradTarget(out _);
            Assert.Equal(64, b.Grad!.Pointer - a.Grad!.Pointer);
        }
        Assert.Equal([7f, 8f, 9f], a.Grad!.ToArray<float>());
        Assert.Equal([4f, 5f], b.Value.ToArray<float>());
        GC.KeepAlive(sgd);
    }

    [Fact]
    public void Backward_writes_into_the_flat_gradient_and_step_uses_it()
    {
        Parameter p = Gradients.Make(1, 2);
        Sgd sgd = new([p], learningRate: 0.1);
        for (int i = 0; i < 2; i++)
        {
            sgd.ZeroGrad();
            (p.Value * p.Value).Sum().Backward();
            sgd.Step();
        }
        Assert.Equal([0.64f, 1.28f], p.Value.ToArray<float>(), new Close(1e-6));
    }

    [Fact]
    public void Parameter_without_gradient_is_left_alone_even_with_weight_decay()
    {
        Parameter with = Gradients.Make(1), without = Gradients.Make(1);
        Parameter frozen = Gradients.Make(1), last = Gradients.Make(1);
        AdamW adam = new([with, without, frozen, last], learningRate: 0.1, weightDecay: 0.5);
        foreach (Parameter p in new[] { with, frozen, last }) Gradients.Set(p, 1);
        frozen.Frozen = true;
        adam.Step();
        Assert.Equal([1f], without.Value.ToArray<float>());
        Assert.Equal([1f], frozen.Value.ToArray<float>());
        Assert.Equal(with.Value.ToArray<float>(), last.Value.ToArray<float>());
        Assert.Equal(0.85, with.Value.Item(), 5);
    }

    [Fact]
    public void Bias_correction_counts_the_steps_of_each_parameter()
    {
        Parameter early = Gradients.Make(0), late = Gradients.Make(0);
        Adam adam = new([early, late], learningRate: 0.1);
        Gradients.Set(early, 1);
        adam.Step();
        Gradients.Set(early, 1);
        Gradients.Set(late, 1);
        adam.Step();
        Assert.Equal(-0.2, early.Value.Item(), 5);
        Assert.Equal(-0.1, late.Value.Item(), 5);                    // its first step, not its second
    }

    [Fact]
    public void Gradient_of_a_recorded_walk_is_used_and_the_slot_returns_after_it()
    {
        Parameter p = Gradients.Make(3);
        Sgd sgd = new([p], learningRate: 0.1);
        using (Step.Begin())
        {
            (p.Value * p.Value).Sum().Backward(createGraph: true);
            sgd.Step();
        }
        Assert.Equal(2.4, p.Value.Item(), 5);
        for (int i = 0; i < 2; i++)
        {
            using var step = Step.Begin();
            sgd.ZeroGrad();
            (p.Value * p.Value).Sum().Backward();
            sgd.Step();
        }
        Assert.Equal(2.4 * 0.8 * 0.8, p.Value.Item(), 5);
    }

    [Fact]
    public void Two_optimizers_over_the_same_parameters_both_work()
    {
        Parameter a = Gradients.Make(1, 1, 1), b = Gradients.Make(1);
        Sgd first = new([a, b], learningRate: 1), second = new([b, a], learningRate: 10);
        foreach (Optimizer optimizer in new[] { first, second })
        {
            Gradients.Set(a, 1, 2, 3);
            Gradients.Set(b, 4);
            optimizer.Step();
        }
        Assert.Equal([-10f, -21f, -32f], a.Value.ToArray<float>());
        Assert.Equal([-43f], b.Value.ToArray<float>());
    }

    [Fact]
    public void Groups_have_options_of_their_own()
    {
        Parameter weight = Gradients.Make(1), bias = Gradients.Make(1);
        SgdOptions options = new() { LearningRate = 0.1, WeightDecay = 1 };
        SgdOptions undecayed = options with { LearningRate = 0.2, WeightDecay = 0 };
        Sgd sgd = new([ParameterGroup.Of([weight], options), ParameterGroup.Of([bias], undecayed)]);
        Gradients.Set(weight, 1);
        Gradients.Set(bias, 1);
        sgd.Step();
        Assert.Equal(0.8, weight.Value.Item(), 6);
        Assert.Equal(0.8, bias.Value.Item(), 6);
        sgd.LearningRate = 0;
        Assert.All(sgd.Groups, g => Assert.Equal(0, g.LearningRate));
        Assert.Equal([0.1, 0.2], sgd.Groups.Select(g => g.BaseLearningRate));
    }

    [Fact]
    public void Float64_and_float32_parameters_share_a_group()
    {
        Parameter single = Gradients.Make(1), twice = new("d", Tensor.From(1.0));
        Adam adam = new([single, twice], learningRate: 0.25);
        Gradients.Set(single, 1);
        Gradients.Set(twice, Tensor.From(1.0));
        adam.Step();
        Assert.Equal(0.75, single.Value.Item(), 6);
        Assert.Equal(0.75, twice.Value.Item(), 7);
        Assert.Equal(DType.Float64, twice.Value.DType);
    }

    [Fact]
    public void State_has_the_names_of_PyTorch()
    {
        Parameter a = Gradients.Make(1), b = Gradients.Make(1);
        Adam adam = new([a, b], 0.5);
        Gradients.Set(b, 1);
        adam.Step();
        OptimizerState state = adam.State();
        Assert.Equal(["state.1.exp_avg", "state.1.exp_avg_sq"], state.Tensors.Select(t => t.Name));
        Assert.Equal(
            [("state.1.step", 1.0), ("param_groups.0.lr", 0.5), ("param_groups.0.momentum", 0.9)], state.Numbers);
        Assert.Equal(0.1, state.Tensors[0].Value.Item(), 6);
        Gradients.Set(b, 1);
        adam.Step();
        Assert.Equal(0.1, state.Tensors[0].Value.Item(), 6);         // a copy
    }

    [Fact]
    public void State_of_another_model_or_optimizer_is_refused_before_anything_changes()
    {
        Parameter a = Gradients.Make(1, 2), b = Gradients.Make(1);
        Adam adam = new([a], 0.5), other = new([b], 0.25);
        Sgd sgd = new([Gradients.Make(1, 2)]);
        Gradients.Set(a, 1, 1);
        adam.Step();
        Assert.Equal(
            "Adam.LoadState: 'state.0.exp_avg' is [2] float32, parameter 0 is [1] float32; "
            + "the state is that of another model or of another kind of optimiser.",
            Assert.Throws<CheckpointException>(() => other.LoadState(adam.State())).Message);
        Assert.Equal(0.25, other.LearningRate);
        Assert.Contains("'state.0.exp_avg' belongs to no state of 1 parameters in 1 groups",
            Assert.Throws<CheckpointException>(() => sgd.LoadState(adam.State())).Message);
        OptimizerState cut = adam.State() with { Tensors = [] };
        Assert.Contains(
            "'state.0.exp_avg' is missing", Assert.Throws<CheckpointException>(() => adam.LoadState(cut)).Message);
    }

    [Fact]
    public void Wrong_options_are_refused_with_what_was_given()
    {
        Parameter p = Gradients.Make(1);
        Assert.Contains(
            "LearningRate is -1; expected 0 or more.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd([p], -1)).Message);
        Assert.Contains(
            "Beta1 is 1; expected 0 or more and below 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Adam([p], beta1: 1)).Message);
        Assert.Contains(
            "Nesterov needs a momentum above 0",
            Assert.Throws<ArgumentException>(() => new Sgd([p], nesterov: true)).Message);
        Assert.StartsWith(
            "Adam: there are no parameters to optimise.", Assert.Throws<ArgumentException>(() => new Adam([])).Message);
        Assert.StartsWith(
            "Adam: parameter p [1] float32 is given twice.",
            Assert.Throws<ArgumentException>(() => new Adam([p, p])).Message);
    }

    [Fact]
    public void Decaying_states_never_become_denormal()
    {
        Parameter p = Gradients.Make(new float[64]), q = Gradients.Make(new float[64]);
        Adam adam = new([p]);
        Sgd sgd = new([q], 0.1, momentum: 0.5);
        float[] gradient = [.. Enumerable.Repeat(1e-3f, 64)];
        Gradients.Set(p, gradient);
        Gradients.Set(q, gradient);
        adam.Step();
        sgd.Step();
        Gradients.Set(p, new float[64]);
        Gradients.Set(q, new float[64]);
        for (int i = 0; i < 2000; i++)
        {
            adam.Step();
            sgd.Step();
        }
        Assert.All(adam.State().Tensors[0].Value.ToArray<float>(), v => Assert.Equal(0, v));
        Assert.All(sgd.State().Tensors[0].Value.ToArray<float>(), v => Assert.Equal(0, v));
    }

    private sealed class Close(double tolerance) : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(float obj) => 0;
    }
}
