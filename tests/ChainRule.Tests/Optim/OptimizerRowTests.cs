using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.Optim;

/// <summary>What must hold for every optimiser. Their numbers are compared with golden cases.</summary>
public sealed class OptimizerRowTests
{
    public static TheoryData<string> Names => OptimizerRows.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Loss_falls(string name)
    {
        Parameter p = Gradients.Make(3, -2, 1);
        Optimizer optimizer = OptimizerRows.Make(name, p);
        double first = optimizer.Step(() => p.Value.Square().Sum()), last = first;
        for (int i = 0; i < 30; i++) last = optimizer.Step(() => p.Value.Square().Sum());
        Assert.Equal(14, first, 1e-5);
        Assert.True(last < first, $"{first} -> {last}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void State_has_the_names_of_PyTorch_and_restores_a_run_bit_for_bit(string name)
    {
        Rng rng = new(3);
        Parameter[] one =
        [
            new("a", Tensor.Randn([5, 7], rng)), new("b", Tensor.Randn([3], rng)), new("c", Tensor.Randn([2], rng)),
        ];
        Optimizer first = OptimizerRows.Make(name, one);
        Train(first, one, rng, 4);
        Parameter[] two = [.. one.Select(p => new Parameter(p.Name, p.Value.Detach()))];
        RngState position = rng.State;
        OptimizerState saved = first.State();
        string[] states = OptimizerRows.StatesOf(name);
        Assert.Equal(
            new[] { 0, 1 }.SelectMany(i => states.Select(s => $"state.{i}.{s}")), saved.Tensors.Select(t => t.Name));
        Train(first, one, rng, 3);
        Optimizer second = OptimizerRows.Make(name, two);
        second.LoadState(saved);
        Train(second, two, new Rng(position), 3);
        for (int i = 0; i < one.Length; i++)
            Assert.Equal(one[i].Value.ToArray<float>(), two[i].Value.ToArray<float>());

        static void Train(Optimizer optimizer, Parameter[] parameters, Rng rng, int steps)
        {
            for (int i = 0; i < steps; i++)
            {
                foreach (Parameter p in parameters[..2]) Gradients.Set(p, Tensor.Randn(p.Shape, rng));
                optimizer.Step();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_gives_the_same_bits_for_any_number_of_threads(string name)
    {
        float[] expected = Threads.On(1, Trained);
        Assert.All(new[] { 2, 3 }, n => Assert.Equal(expected, Threads.On(n, Trained)));

        float[] Trained()
        {
            Rng rng = new(7);
            Parameter p = new("p", Tensor.Randn([100_003], rng)), q = new("q", Tensor.Randn([5], rng));
            Optimizer optimizer = OptimizerRows.Make(name, p, q);
            for (int i = 0; i < 3; i++)
            {
                Gradients.Set(p, Tensor.Randn(p.Shape, rng));
                Gradients.Set(q, Tensor.Randn(q.Shape, rng));
                Clip.GradNorm([p, q], 1);
                optimizer.Step();
            }
            return [.. p.Value.ToArray<float>(), .. q.Value.ToArray<float>()];
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parameter_in_a_flat_group_is_updated_as_one_of_its_own(string name)
    {
        Rng rng = new(5);
        float[] values = Tensor.Randn([21], rng).ToArray<float>();
        Parameter home = Gradients.Make(values), beside = Gradients.Make(1, 2, 3);
        Parameter lone = Gradients.Make(values), moved = Gradients.Make(values);
        Optimizer flat = OptimizerRows.Make(name, beside, home), single = OptimizerRows.Make(name, lone);
        Optimizer left = OptimizerRows.Make(name, moved);
        Sgd taker = new([moved]);                                    // moves it out of the first one's memory
        for (int i = 0; i < 3; i++)
        {
            Tensor gradient = Tensor.Randn([21], rng);
            foreach (Parameter p in new[] { home, lone, moved }) Gradients.Set(p, gradient);
            Gradients.Set(beside, 1, 1, 1);
            flat.Step();
            single.Step();
            left.Step();
        }
        Assert.Equal(lone.Value.ToArray<float>(), home.Value.ToArray<float>());
        Assert.Equal(lone.Value.ToArray<float>(), moved.Value.ToArray<float>());
        GC.KeepAlive(taker);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void NaN_gradients_stay_visible(string name)
    {
        Parameter p = Gradients.Make(1, 1);
        Optimizer optimizer = OptimizerRows.Make(name, p);
        Gradients.Set(p, float.NaN, 1);
        optimizer.Step();
        Assert.True(float.IsNaN(p.Value.ToArray<float>()[0]));
        Assert.True(float.IsFinite(p.Value.ToArray<float>()[1]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void States_never_become_denormal(string name)
    {
        Parameter p = Gradients.Make(new float[64]);
        Optimizer optimizer = OptimizerRows.Make(name, p);
        for (int i = 0; i < 3000; i++)
        {
            Gradients.Set(p, [.. Enumerable.Repeat(i == 0 ? 1e-3f : 0, 64)]);
            optimizer.Step();
            if (i % 100 == 0 && i > 0) p.Set(Tensor.Zeros([64]));    // weight decay would keep the gradient alive
        }
        foreach ((string key, Tensor state) in optimizer.State().Tensors)
            Assert.All(state.ToArray<float>(), v => Assert.False(float.IsSubnormal(v), $"{key}: {v}"));
    }

    [Fact]
    public void Maximize_is_the_descent_of_the_negative()
    {
        Parameter up = Gradients.Make(1, -2), down = Gradients.Make(1, -2);
        RmsPropOptions options = new() { LearningRate = 0.1, Maximize = true };
        Optimizer climbing = new RmsProp([ParameterGroup.Of([up], options)]);
        Optimizer falling = new RmsProp([ParameterGroup.Of([down], options with { Maximize = false })]);
        Gradients.Set(up, 1, 2);
        Gradients.Set(down, -1, -2);
        climbing.Step();
        falling.Step();
        Assert.Equal(down.Value.ToArray<float>(), up.Value.ToArray<float>());
    }

    [Fact]
    public void Wrong_options_are_refused_with_what_was_given()
    {
        Parameter[] p = [Gradients.Make(1)];
        Refused(() => new NAdam(p, momentumDecay: -1), "MomentumDecay is -1; expected 0 or more.");
        Refused(() => new Adagrad(p, startSum: -1), "StartSum is -1; expected 0 or more.");
        Refused(() => new Adadelta(p, rho: 2), "Rho is 2; expected 0 to 1.");
        Refused(() => new RmsProp(p, alpha: -0.5), "Alpha is -0.5; expected 0 to 1.");
        Refused(() => new RmsProp(p, momentum: 2), "Momentum is 2; expected 0 to 1.");
        Refused(() => new Rprop(p, shrink: 1), "Shrink is 1; expected above 0 and below 1.");
        Refused(() => new Rprop(p, grow: 1), "Grow is 1; expected above 1.");
        Refused(() => new Rprop(p, leastStep: 2, largestStep: 1), "LargestStep is 1; expected LeastStep or more.");
        Refused(() => new Lbfgs(p, new LbfgsOptions { HistorySize = 0 }), "HistorySize is 0; expected 1 or more.");
        Refused(
            () => new Lbfgs(p, new LbfgsOptions { WeightDecay = 1 }),
            "WeightDecay is 1; expected 0; add a penalty to the loss instead.");

        static void Refused(Func<Optimizer> make, string text) =>
            Assert.StartsWith(text, Assert.Throws<ArgumentOutOfRangeException>(make).Message);
    }
}
