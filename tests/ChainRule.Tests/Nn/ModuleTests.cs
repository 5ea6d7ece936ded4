using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

public sealed class ModuleTests
{
    [Fact]
    public void Model_prints_its_tree_with_the_parameters_of_each_layer()
    {
        Sequential model = [new Linear(784, 128), new Tanh(), new Residual(new Linear(128, 128)), new Linear(128, 10)];
        Assert.Equal(
            """
            model: Sequential
              0: Linear 784 -> 128            100,480
              1: Tanh
              2: Residual
                body: Linear 128 -> 128        16,512
              3: Linear 128 -> 10               1,290
            118,282 parameters
            """,
            model.ToString());
    }

    [Fact]
    public void Layer_that_does_not_fit_the_one_before_names_both()
    {
        Network model = new(
            new Sequential(new Linear(8, 64, rng: new Rng(1)), new Tanh(), new Linear(128, 10, rng: new Rng(1))));
        ShapeException e = Assert.Throws<ShapeException>(() => model.Forward(Tensor.Zeros([32, 8])));
        Assert.Equal(
            """
            Linear: expects [..., 128], got [32, 64].
              x: [32, 64] float32    weight: [10, 128] float32
              in: model.layers.2 (Linear 128 -> 10) <- model.layers (Sequential) <- model (Network)
              help: this layer expects [..., 128]; layers.1 (Tanh) produced [32, 64].
            """,
            e.Message);
    }

    [Fact]
    public void Residual_with_unequal_ways_says_what_each_gives()
    {
        ShapeException e = Assert.Throws<ShapeException>(
            () => new Residual(new Linear(3, 2)).Forward(Tensor.Zeros([1, 3])));
        Assert.Equal(
            """
            Residual: the body gives [1, 2], the input is [1, 3]; they must be equal.
              in: model (Residual)
              help: give a shortcut that maps the input to the body's shape.
            """,
            e.Message);
    }

    [Fact]
    public void Sequential_finds_layers_by_position_and_name()
    {
        Sequential model = new(new Tanh());
        model.Add("head", new Linear(2, 3));
        Assert.Same(model[1], model["head"]);
        Assert.Equal(["head.weight", "head.bias"], model.State().Select(s => s.Key));
        Assert.Equal(
            "Sequential: there is no layer 'tail'; there are 0, head. (Parameter 'name')",
            Assert.Throws<ArgumentException>(() => model["tail"]).Message);
        Assert.Throws<ArgumentException>(() => model.Add("head", new Tanh()));
        Assert.Throws<ArgumentException>(() => model.Add("a.b", new Tanh()));
    }

    [Fact]
    public void Shared_layer_is_listed_and_counted_once()
    {
        Linear shared = new(3, 3);
        Sequential model = [shared, new Tanh(), shared];
        Assert.Equal(["0.weight", "0.bias"], model.NamedParameters().Select(p => p.Key));
        Assert.Equal(12, model.ParameterCount());
        // A file that holds both copies, as PyTorch writes it, can still be read.
        model.LoadState(new Dictionary<string, Tensor>
        {
            ["0.weight"] = Tensor.Ones([3, 3]),
            ["0.bias"] = Tensor.Ones([3]),
            ["2.weight"] = Tensor.Ones([3, 3]),
            ["2.bias"] = Tensor.Ones([3]),
        });
        Assert.Equal(1, shared.Weight.Value.ToArray<float>()[8]);
    }

    [Fact]
    public void Layer_used_but_not_added_is_reported()
    {
        Forgetful model = new();
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(
            () => model.Forward(Tensor.Zeros([1, 2])));
        Assert.Equal(
            "model (Forgetful) uses Linear 2 -> 2, which was never added to it: "
            + "its parameters would not be trained or saved.\n"
            + "  help: register it where it is made: _layer = AddModule(\"layer\", new ...).",
            e.Message);
    }

    [Fact]
    public void Model_cannot_contain_itself()
    {
        Sequential outer = [], inner = [];
        outer.Add(inner);
        Assert.Throws<ArgumentException>(() => inner.Add(outer));
    }

    [Fact]
    public void Mode_reaches_every_layer()
    {
        Tanh leaf = new();
        Sequential model = [new Sequential(leaf)];
        model.Eval();
        Assert.False(leaf.IsTraining);
        model.Train();
        Assert.True(leaf.IsTraining);
    }

    [Fact]
    public void Parameter_takes_values_of_its_shape_and_type_only()
    {
        Linear layer = new(2, 1);
        layer.Weight.Set(Tensor.From([3f, 4f], [1, 2]));
        Assert.Equal([3f, 4f], layer.Weight.Value.ToArray<float>());
        Assert.Equal(
            "Set: weight is [1, 2], got [2, 1].",
            Assert.Throws<ShapeException>(() => layer.Weight.Set(Tensor.Zeros([2, 1]))).Message);
        Assert.Equal(
            "Set: weight is float32, got float64.",
            Assert.Throws<DTypeException>(() => layer.Weight.Set(Tensor.Zeros([1, 2], DType.Float64))).Message);
    }

    [Fact]
    public void Parameter_made_inside_a_step_outlives_it()
    {
        Linear layer;
        using (Step.Begin()) layer = new Linear(2, 2, rng: new Rng(4));
        Owner owner;
        using (Step.Begin()) owner = new Owner(Tensor.Ones([2, 2]) + 1.0);
        using (Step.Begin()) _ = Tensor.Zeros([64]) + 1.0;
        Assert.All(owner.Value.Value.ToArray<float>(), v => Assert.Equal(2, v));
        Assert.True(layer.Weight.Value.AllFinite());
    }

    [Fact]
    public void Watch_names_the_innermost_layer_with_the_first_value_that_is_not_finite()
    {
        Sequential model = [new Tanh(), new Sequential(new Lambda("divide by 0", x => x / 0.0)), new Tanh()];
        using NonFiniteWatch watch = NonFiniteWatch.Begin();
        model.Forward(Tensor.Ones([2]));
        Assert.Equal("model.1.0", watch.First!.Path);
    }

    [Fact]
    public void State_that_does_not_match_changes_nothing()
    {
        Sequential model = [new Linear(2, 3, rng: new Rng(1)), new Linear(3, 1, rng: new Rng(2))];
        float[][] before = [.. model.State().Select(s => s.Value.ToArray<float>())];
        Dictionary<string, Tensor> state = model.State().ToDictionary(s => s.Key, s => Tensor.Zeros(s.Value.Shape));

        state["1.weight"] = Tensor.Zeros([1, 4]);
        Expect("LoadState: the state holds '1.weight' [1, 4], this model has [1, 3].");
        state["1.weight"] = Tensor.Zeros([1, 3], DType.Float64);
        Expect("LoadState: the state holds '1.weight' float64, this model has float32.");
        state.Remove("1.weight");
        Expect("LoadState: the state lacks '1.weight', which this model has.");
        state["1.scale"] = Tensor.Zeros([1]);
        Expect("LoadState: the state is of another model: it lacks '1.weight' and holds '1.scale'.");
        state["1.weight"] = Tensor.Zeros([1, 3]);
        Expect("LoadState: the state holds '1.scale', which this model has not.");

        state.Remove("0.bias");
        StateMismatch mismatch = model.LoadState(state, strict: false);
        Assert.Equal(["0.bias"], mismatch.Missing);
        Assert.Equal(["1.scale"], mismatch.Unexpected);
        Assert.Equal(before[1], model.State()[1].Value.ToArray<float>());
        Assert.All(model.State()[0].Value.ToArray<float>(), v => Assert.Equal(0, v));

        void Expect(string message)
        {
            Errors.ErrorSnapshot.Throws<CheckpointException>(message, () => model.LoadState(state));
            Assert.Equal(before, model.State().Select(s => s.Value.ToArray<float>()));
        }
    }

    private sealed class Network : Layer
    {
        private readonly Layer _layers;

        public Network(Layer layers) => _layers = AddModule("layers", layers);

        protected override Tensor ForwardCore(Tensor x) => _layers.Forward(x);
    }

    private sealed class Forgetful : Layer
    {
        private readonly Linear _layer = new(2, 2);

        protected override Tensor ForwardCore(Tensor x) => _layer.Forward(x);
    }

    private sealed class Owner : Module
    {
        public Owner(Tensor value) => Value = AddParameter("value", value);

        public Parameter Value { get; }
    }
}
