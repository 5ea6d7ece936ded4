using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Tests.Errors;

namespace ChainRule.Tests.NnTests;

/// <summary>
/// Who owns a parameter's memory, who contains whom, and what an error or a watch says on its way out.
/// </summary>
public sealed class ModuleOwnershipTests
{
    [Fact]
    public void Parameters_and_buffers_do_not_share_memory_with_what_they_were_made_from()
    {
        Tensor start = Tensor.From(1f, 2f, 3f, 4f);
        Parts parts = new(m =>
        {
            m.Parameter("whole", start);
            m.Parameter("view", start[1..3]);
            m.Buffer("buffer", start);
        });
        IReadOnlyList<Parameter> p = parts.Parameters();
        p[0].Set(Tensor.From(9f, 9f, 9f, 9f));
        p[1].Set(Tensor.From(8f, 8f));
        Assert.Equal([1f, 2f, 3f, 4f], start.ToArray<float>());
        Assert.Equal([1f, 2f, 3f, 4f], parts.State()[2].Value.ToArray<float>());
        Assert.False(start.RequiresGrad);
        Assert.True(p[0].Value.RequiresGrad && p[0].Value.IsLeaf);
    }

    [Fact]
    public void Same_start_values_give_parameters_that_learn_on_their_own()
    {
        Tensor start = Tensor.From(1f, 1f);
        Parts parts = new(m =>
        {
            m.Parameter("a", start);
            m.Parameter("b", start);
        });
        Sgd optimizer = new(parts.Parameters(), learningRate: 1);
        (parts.Parameters()[0].Value * 3).Sum().Backward();
        optimizer.Step();
        Assert.Equal([-2f, -2f], parts.Parameters()[0].Value.ToArray<float>());
        Assert.Equal([1f, 1f], parts.Parameters()[1].Value.ToArray<float>());
    }

    [Fact]
    public void Parameter_of_two_modules_is_learnt_once_and_listed_under_its_first_key()
    {
        Linear encoder = new(3, 3, bias: false, rng: new Rng(1));
        Parts decoder = new(m => m.Share("tied", encoder.Weight));
        Parts model = new(m =>
        {
            m.Child("encoder", encoder);
            m.Child("decoder", decoder);
        });
        Assert.Equal(["encoder.weight"], model.NamedParameters().Select(p => p.Key));
        Assert.Equal(9, model.ParameterCount());
        Assert.Equal(["tied"], decoder.State().Select(s => s.Key));
        Assert.Equal(["encoder.weight", "decoder.tied"], model.StateKeys());
        model.LoadState(new Dictionary<string, Tensor>
        {
            ["encoder.weight"] = Tensor.Ones([3, 3]),
            ["decoder.tied"] = Tensor.Ones([3, 3]),
        });
        Assert.Equal(9, decoder.Parameters()[0].Value.Sum().Item());
    }

    [Fact]
    public void Parameter_of_integers_is_refused() =>
        Assert.Throws<GradException>(() => new Parts(m => m.Parameter("p", Tensor.Zeros([2], DType.Int64))));

    [Fact]
    public void Names_are_unique_among_everything_in_a_module() => new Parts(m =>
    {
        m.Parameter("a", Tensor.Zeros([1]));
        ErrorSnapshot.Throws<ArgumentException>(
            "Parts: there is already something named 'a'. (Parameter 'name')", () => m.Buffer("a", Tensor.Zeros([1])));
        ErrorSnapshot.Throws<ArgumentException>(
            "Parts: there is already something named 'a'. (Parameter 'name')", () => m.Child("a", new Tanh()));
        ErrorSnapshot.Throws<ArgumentException>(
            "Parts: a name must not hold a point, got 'a.b'. (Parameter 'name')",
            () => m.Parameter("a.b", Tensor.Zeros([1])));
        Assert.Throws<ArgumentException>(() => m.Buffer("", Tensor.Zeros([1])));
        Assert.Throws<ArgumentNullException>(() => m.Buffer(null!, Tensor.Zeros([1])));
    });

    [Fact]
    public void Module_cannot_contain_itself_by_way_of_a_shared_one()
    {
        // c has its parent in a; without looking down from b nobody would see the circle.
        Sequential a = [], b = [], c = [];
        a.Add(c);
        b.Add(c);
        ErrorSnapshot.Throws<ArgumentException>(
            "AddModule: Sequential would contain itself. (Parameter 'module')", () => c.Add(b));
        ErrorSnapshot.Throws<ArgumentException>(
            "AddModule: Sequential would contain itself. (Parameter 'module')", () => a.Add(a));
        Assert.Empty(c.Parameters());
    }

    [Fact]
    public void Error_lists_the_layers_it_passed_the_innermost_first()
    {
        Sequential model = [new Tanh(), new Sequential(new Sequential(new Lambda("fail", x => x + Tensor.Zeros([7]))))];
        var thrown = Assert.Throws<ShapeException>(() => model.Forward(Tensor.Zeros([2])));
        Assert.Equal(
            ["model.1.0.0 (Lambda fail)", "model.1.0 (Sequential)", "model.1 (Sequential)", "model (Sequential)"],
            thrown.Layers);
        Assert.Contains(
            "\n  in: model.1.0.0 (Lambda fail) <- model.1.0 (Sequential) <- model.1 (Sequential) <- model (Sequential)",
            thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Error_caught_on_the_way_lists_the_layers_below_the_catch()
    {
        ShapeException? caught = null;
        Sequential inner = [new Lambda("fail", x => x + Tensor.Zeros([7]))];
        Sequential model = [new Parts.Catcher(inner, e => caught = e)];
        Assert.Equal(2, model.Forward(Tensor.Zeros([2])).Count);
        Assert.Equal(["model.0.inner.0 (Lambda fail)", "model.0.inner (Sequential)"], caught!.Layers);
    }

    [Fact]
    public void Layer_that_failed_leaves_no_trace_for_the_next()
    {
        Sequential bad = [new Lambda("fail", x => x + Tensor.Zeros([7]))];
        Assert.Throws<ShapeException>(() => bad.Forward(Tensor.Zeros([2])));
        Linear alone = new(2, 2);                                    // would be reported as not added if bad still ran
        Assert.Equal([1, 2], alone.Forward(Tensor.Zeros([1, 2])).Shape);
    }

    [Fact]
    public void Frozen_teacher_may_be_asked_without_being_added()
    {
        Linear teacher = new(2, 2);
        Sequential student = [new Linear(2, 2), new Lambda("teach", x => x - teacher.Forward(x))];
        Assert.Throws<InvalidOperationException>(() => student.Forward(Tensor.Zeros([1, 2])));
        foreach (Parameter p in teacher.Parameters()) p.Frozen = true;
        Assert.Equal([1, 2], student.Forward(Tensor.Zeros([1, 2])).Shape);
    }

    [Fact]
    public void Frozen_parameter_gets_no_gradient()
    {
        Linear layer = new(2, 1, rng: new Rng(1));
        layer.Weight.Frozen = true;
        layer.Forward(Tensor.Ones([1, 2])).Sum().Backward();
        Assert.Null(layer.Weight.Grad);
        Assert.Equal(1, layer.Bias!.Grad!.Item());
    }

    [Fact]
    public void Watches_nest_and_close_in_any_order()
    {
        Lambda bad = new("divide", x => x / 0.0), good = new("same", x => x);
        NonFiniteWatch outer = NonFiniteWatch.Begin(), inner = NonFiniteWatch.Begin();
        bad.Forward(Tensor.Ones([1]));
        Assert.Same(bad, inner.First);
        Assert.Null(outer.First);                                    // the inner one looked
        outer.Dispose();
        Assert.Same(inner, NonFiniteWatch.Current);
        inner.Dispose();
        Assert.Null(NonFiniteWatch.Current);
        using (NonFiniteWatch again = NonFiniteWatch.Begin())
        {
            good.Forward(Tensor.Ones([1]));
            Assert.Null(again.First);
            bad.Forward(Tensor.Ones([1]));
            good.Forward(Tensor.From(float.NaN));
            Assert.Same(bad, again.First);
        }
        Assert.Null(NonFiniteWatch.Current);
    }

    [Fact]
    public void Watch_names_the_inner_layer_and_not_the_one_around_it()
    {
        Lambda bad = new("divide", x => x / 0.0);
        Sequential model = [new Tanh(), new Residual(new Sequential(new Tanh(), bad))];
        using NonFiniteWatch watch = NonFiniteWatch.Begin();
        model.Forward(Tensor.Ones([2]));
        Assert.Same(bad, watch.First);
    }

    [Fact]
    public void Optimizer_moves_parameters_and_gradients_without_changing_them()
    {
        Rng rng = new(1);
        Linear layer = new(3, 2, rng: rng);
        Tensor x = Tensor.Randn([4, 3], rng);
        float[] weight = layer.Weight.Value.ToArray<float>(), bias = layer.Bias!.Value.ToArray<float>();
        Tensor row = layer.Weight.Value[0], loss = layer.Forward(x).Sum(), other = layer.Forward(x).Sum();
        loss.Backward();
        float[] gradient = layer.Weight.Grad!.ToArray<float>();
        Sgd optimizer = new(layer.Parameters(), learningRate: 0.5);

        Assert.Equal(weight, layer.Weight.Value.ToArray<float>());
        Assert.Equal(bias, layer.Bias.Value.ToArray<float>());
        Assert.Equal(gradient, layer.Weight.Grad!.ToArray<float>());
        other.Backward();                                            // a graph from before the move
        Assert.Equal(gradient.Select(g => 2 * g), layer.Weight.Grad!.ToArray<float>());
        optimizer.Step();
        float[] after = [.. weight.Zip(gradient, (w, g) => w - (0.5f * 2 * g))];
        for (int i = 0; i < after.Length; i++) Assert.Equal(after[i], layer.Weight.Value.ToArray<float>()[i], 1e-6);
        Assert.Equal(
            after[..3],
            layer.Weight.Value[0].ToArray<float>().Select((v, i) => Math.Abs(v - after[i]) < 1e-6 ? after[i] : v));
        Assert.Equal(weight[..3], row.ToArray<float>());             // a view from before keeps what it saw
        layer.ZeroGrad();
        Assert.Null(layer.Weight.Grad);
    }

    [Fact]
    public void Two_models_trained_by_two_threads_equal_two_trained_one_after_the_other()
    {
        float[] first = Train(1), second = Train(2);
        float[][] together = new float[2][];
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(i => new Thread(() =>
        {
            try
            {
                together[i] = Train((ulong)i + 1);
            }
            catch (Exception e)
            {
                failure = e;
            }
        }))];
        foreach (Thread t in threads) t.Start();
        foreach (Thread t in threads) t.Join();
        Assert.Null(failure);
        Assert.Equal(first, together[0]);
        Assert.Equal(second, together[1]);
        Assert.NotEqual(first, second);

        static float[] Train(ulong seed)
        {
            Rng rng = new(seed);
            Sequential model = [new Linear(20, 300, rng: rng), new Tanh(), new Linear(300, 5, rng: rng)];
            Adam optimizer = new(model.Parameters(), learningRate: 0.01);
            Tensor x = Tensor.Randn([256, 20], rng), y = x[.., ..5].ArgMax(1);
            for (int i = 0; i < 30; i++)
            {
                using Step step = Step.Begin();
                optimizer.ZeroGrad();
                F.CrossEntropy(model.Forward(x), y).Backward();
                optimizer.Step();
            }
            return [.. model.Parameters().SelectMany(p => p.Value.ToArray<float>())];
        }
    }

    private sealed class Parts : Module
    {
        public Parts(Action<Parts> make) => make(this);

        public void Parameter(string name, Tensor value) => AddParameter(name, value);

        public void Share(string name, Parameter parameter) => AddParameter(name, parameter);

        public void Buffer(string name, Tensor value) => AddBuffer(name, value);

        public void Child(string name, Module child) => AddModule(name, child);

        public sealed class Catcher : Layer
        {
            private readonly Layer _inner;
            private readonly Action<ShapeException> _caught;

            public Catcher(Layer inner, Action<ShapeException> caught) =>
                (_inner, _caught) = (AddModule("inner", inner), caught);

            protected override Tensor ForwardCore(Tensor x)
            {
                try
                {
                    return _inner.Forward(x);
                }
                catch (ShapeException e)
                {
                    _caught(e);
                    return x;
                }
            }
        }
    }
}
