using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.Optim;

/// <summary>Optimisers that users write; <see cref="OwnMomentum"/> also runs the checks of every optimiser.</summary>
public sealed class TensorOptimizerTests
{
    [Fact]
    public void Own_rule_gives_the_numbers_of_the_one_that_is_here()
    {
        Rng rng = new(4);
        Parameter[] one = [new("a", Tensor.Randn([3, 5], rng)), new("b", Tensor.Randn([7], rng))];
        Parameter[] two = [.. one.Select(p => new Parameter(p.Name, p.Value.Detach()))];
        Optimizer own = new OwnMomentum(one, 0.1), here = new Sgd(two, 0.1, momentum: 0.9);
        StepLr ownRates = new(own, 2), rates = new(here, 2);
        for (int step = 0; step < 5; step++)
        {
            for (int i = 0; i < one.Length; i++)
            {
                Tensor gradient = Tensor.Randn(one[i].Shape, rng);
                Gradients.Set(one[i], gradient);
                Gradients.Set(two[i], gradient);
            }
            own.Step();
            here.Step();
            ownRates.Step();
            rates.Step();
        }
        for (int i = 0; i < one.Length; i++)
        {
            Assert.Equal(
                two[i].Value.ToArray<float>(), one[i].Value.ToArray<float>(), (x, y) => Math.Abs(x - y) < 1e-6);
        }
    }

    [Fact]
    public void Old_state_stays_readable_until_the_update_is_over()
    {
        Parameter p = Gradients.Make(1, 2);
        List<float[]> seen = [];
        Own own = new([p], ["a", "b", "c", "d"], u =>
        {
            u.SetState("d", u.State("d") + u.Step);
            seen.Add(u.State("d").ToArray<float>());
            return u.Value;
        });
        for (int i = 0; i < 3; i++)
        {
            Gradients.Set(p, 1, 1);
            own.Step();
        }
        Assert.Equal([[0f, 0], [1, 1], [3, 3]], seen);
        Assert.Equal(
            ["state.0.a", "state.0.b", "state.0.c", "state.0.d"], own.State().Tensors.Select(t => t.Name));
        Own loaded = new([p], ["a", "b", "c", "d"], u => u.State("d"));
        loaded.LoadState(own.State());
        Gradients.Set(p, 1, 1);
        loaded.Step();
        Assert.Equal([6f, 6], p.Value.ToArray<float>());
    }

    [Fact]
    public void Nothing_is_recorded_and_a_parameter_without_gradient_is_left_alone()
    {
        Parameter p = Gradients.Make(1), without = Gradients.Make(5);
        Own own = new([p, without], [], u =>
        {
            Tensor next = u.Value * 2;
            Assert.False(next.RequiresGrad);
            return next;
        });
        Gradients.Set(p, 1);
        own.Step();
        Assert.Equal(2, p.Value.Item());
        Assert.Equal(5, without.Value.Item());
        Assert.True(p.Value.RequiresGrad);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_what_was_given()
    {
        Refused<ShapeException>(u => u.Value.Sum(), "Own: the new value is []; the parameter is [2].");
        Refused<DTypeException>(
            u => u.Value.To(DType.Float64), "Own: the new value is float64; the parameter is float32.");
        Refused<ShapeException>(
            u =>
            {
                u.SetState("m", Tensor.Zeros([3]));
                return u.Value;
            },
            "Own: state 'm' is [3]; the parameter is [2].");
        Refused<ArgumentException>(
            u => u.State("v"), "Own: there is no state 'v'; it was made with 'm'. (Parameter 'name')");
        Assert.StartsWith(
            "Own: a state has the name of another.",
            Assert.Throws<ArgumentException>(() => new Own([Gradients.Make(1)], ["m", "m"], u => u.Value)).Message);

        static void Refused<TException>(Func<ParameterUpdate, Tensor> rule, string text)
            where TException : Exception
        {
            Parameter p = Gradients.Make(1, 2);
            Own own = new([p], ["m"], rule);
            Gradients.Set(p, 1, 1);
            Assert.Equal(text, Assert.Throws<TException>(own.Step).Message);
            Assert.Equal([1f, 2], p.Value.ToArray<float>());
        }
    }

    private sealed class Own(IReadOnlyList<Parameter> parameters, string[] states, Func<ParameterUpdate, Tensor> rule)
        : TensorOptimizer([ParameterGroup.Of(parameters, new OwnOptions())], states)
    {
        protected override Tensor Update(ParameterUpdate update) => rule(update);
    }
}

/// <summary>Options as a user writes them.</summary>
internal sealed record OwnOptions : OptimizerOptions
{
    public double Share { get; init; } = 0.9;
}

/// <summary>Gradient descent with momentum as a user writes it.</summary>
internal sealed class OwnMomentum(IReadOnlyList<Parameter> parameters, double learningRate)
    : TensorOptimizer(
        [ParameterGroup.Of(parameters, new OwnOptions { LearningRate = learningRate })], "momentum_buffer")
{
    protected override Tensor Update(ParameterUpdate update)
    {
        Tensor velocity = (update.State("momentum_buffer") * ((OwnOptions)update.Options).Share) + update.Gradient;
        update.SetState("momentum_buffer", velocity);
        return update.Value - (velocity * update.LearningRate);
    }
}
