using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Tests.Errors;

namespace ChainRule.Tests.NnTests;

/// <summary>Layers side by side, and networks of any shape: values, shared weights, wrong wiring.</summary>
public sealed class NetworkTests
{
    private static readonly Lambda Twice = new("twice", x => x * 2), Square = new("square", x => x * x);

    [Fact]
    public void Branches_are_summed_put_in_line_and_compared()
    {
        Tensor x = Tensor.From([1f, 3f, -1f], [1, 3]);
        Assert.Equal([3f, 15f, -1f], new Add { Twice, Square }.Forward(x).ToArray<float>());
        Assert.Equal([2f, 9f, 1f], new Max { Twice, Square }.Forward(x).ToArray<float>());
        Assert.Equal([2f, 6f, -2f, 1f, 9f, 1f], new Concat { Twice, Square }.Forward(x).ToArray<float>());
        Add same = [Twice, new Identity()];
        Assert.Equal([3f, 9f, -3f], same.Forward(x).ToArray<float>());
    }

    [Fact]
    public void Gradient_of_a_maximum_goes_to_the_branch_that_won()
    {
        Tensor x = Tensor.From(1f, 3f, 2f);
        x.RequiresGrad = true;
        new Max { Twice, Square }.Forward(x).Sum().Backward();
        Assert.Equal([2f, 6f, 3f], x.Grad!.ToArray<float>());        // at 2 both give 4: half of 2 and half of 4
    }

    [Fact]
    public void Switch_runs_the_chosen_branch_only()
    {
        Linear first = new(2, 2, rng: new Rng(1)), second = new(2, 2, rng: new Rng(2));
        int asked = 0;
        Switch model = new(x => (int)x.Sum().Item()) { first, second, new Lambda("count", x => x + asked++) };
        model.Forward(Tensor.From([0.5f, 0.5f], [1, 2])).Sum().Backward();
        Assert.Null(first.Weight.Grad);
        Assert.Equal([0.5f, 0.5f, 0.5f, 0.5f], second.Weight.Grad!.ToArray<float>());
        Assert.Equal(0, asked);
        ErrorSnapshot.Throws<InvalidOperationException>(
            "Switch: branch 3 was chosen; there are 0 to 2.", () => model.Forward(Tensor.From([1f, 2f], [1, 2])));
    }

    [Fact]
    public void Mixture_weighs_experts_by_the_softmax_of_the_gate()
    {
        Lambda gate = new("log 3 for the first", x => Tensor.From([(float)Math.Log(3), 0f], [1, 2]));
        Tensor y = new MixtureOfExperts(gate) { Twice, Square }.Forward(Tensor.From([4f], [1, 1]));
        Assert.Equal(10, y.Item(), 1e-5);                            // 3/4 of 8 and 1/4 of 16
    }

    [Fact]
    public void Container_without_a_branch_says_so()
    {
        ErrorSnapshot.Throws<InvalidOperationException>(
            "Add: there is no branch.", () => new Add().Forward(Tensor.Ones([1])));
        ErrorSnapshot.Throws<InvalidOperationException>(
            "Switch: there is no branch.", () => new Switch(_ => 0).Forward(Tensor.Ones([1])));
    }

    [Fact]
    public void Layer_at_two_places_is_one_set_of_weights_whose_gradients_add_up()
    {
        Linear tower = new(2, 3, rng: new Rng(1)), copy = new(2, 3, rng: new Rng(1));
        Network siamese = new(g =>
        {
            Node left = g.Input("left"), right = g.Input("right");
            Node a = g.Add("tower", tower, left), b = g.Add("again", tower, right);
            return g.Add("distance", t => (t[0] - t[1].Tanh()).Square().Sum(-1), a, b);
        });
        Assert.Equal(["tower.weight", "tower.bias"], siamese.State().Select(s => s.Key));
        Assert.Equal("Network left, right -> distance", siamese.Summary);

        Rng rng = new(3);
        Tensor l = Tensor.Randn([4, 2], rng), r = Tensor.Randn([4, 2], rng);
        siamese.ForwardAll(l, r)[0].Sum().Backward();
        Tensor a = copy.Forward(l), b = copy.Forward(r);
        (a - b.Detach().Tanh()).Square().Sum().Backward();
        float[] one = copy.Weight.Grad!.ToArray<float>();
        copy.ZeroGrad();
        (copy.Forward(l).Detach() - copy.Forward(r).Tanh()).Square().Sum().Backward();
        float[] both = [.. one.Zip(copy.Weight.Grad!.ToArray<float>(), (p, q) => p + q)];
        Assert.All(both.Zip(tower.Weight.Grad!.ToArray<float>()), p => Assert.Equal(p.First, p.Second, 1e-5));

        siamese.LoadState(new Dictionary<string, Tensor>
        {
            ["tower.weight"] = Tensor.Ones([3, 2]),
            ["tower.bias"] = Tensor.Zeros([3]),
        });
        Assert.Equal(3, siamese.ForwardAll(Tensor.Ones([1, 2]), Tensor.Zeros([1, 2]))[0].Item() / 4);
    }

    [Fact]
    public void Network_of_several_outputs_takes_modules_of_several_inputs()
    {
        Bilinear forms = new(2, 3, 2, rng: new Rng(1));
        Network net = new(g =>
        {
            Node a = g.Input("a"), b = g.Input("b");
            Node score = g.Add("score", forms, (m, t) => m.Forward(t[0], t[1]), a, b);
            return [g.Add("act", new Tanh(), score), score];
        });
        Tensor x = Tensor.Randn([4, 2], new Rng(2)), y = Tensor.Randn([4, 3], new Rng(3));
        Tensor[] results = net.ForwardAll(x, y);
        Assert.Equal(forms.Forward(x, y).ToArray<float>(), results[1].ToArray<float>());
        Assert.Equal(results[1].Tanh().ToArray<float>(), results[0].ToArray<float>());
        Assert.Equal(["score.weight", "score.bias"], net.State().Select(s => s.Key));
        ErrorSnapshot.Throws<InvalidOperationException>(
            "Network a, b -> act, score: Forward is for one input and one output; call ForwardAll.",
            () => net.Forward(x));
        ErrorSnapshot.Throws<ArgumentException>(
            "Network a, b -> act, score: takes 2 tensors, got 1. (Parameter 'inputs')", () => net.ForwardAll(x));
    }

    [Fact]
    public void Linear_used_by_a_relu_alone_runs_with_it()
    {
        Linear first = new(3, 4, rng: new Rng(1));
        Tensor x = Tensor.Randn([5, 3], new Rng(2));
        Network fused = new(g => g.Add("relu", new Relu(), g.Add("linear", first, g.Input("x"))));
        Tensor y = fused.Forward(x);
        Assert.Equal("linear_relu", y.Op!.Name);
        Assert.Equal(first.Forward(x).Relu().ToArray<float>(), y.ToArray<float>());
        Network also = new(g =>
        {
            Node linear = g.Add("linear", new Linear(3, 4, rng: new Rng(1)), g.Input("x"));
            return g.Add("sum", t => t[0] + t[1], g.Add("relu", new Relu(), linear), linear);
        });
        Tensor plain = first.Forward(x);
        Assert.Equal((plain.Relu() + plain).ToArray<float>(), also.Forward(x).ToArray<float>());
    }

    [Fact]
    public void State_of_a_network_can_be_loaded_into_another()
    {
        Network one = Diamond(new Rng(1)), two = Diamond(new Rng(2));
        Tensor x = Tensor.Randn([3, 2], new Rng(3));
        Assert.NotEqual(one.Forward(x).ToArray<float>(), two.Forward(x).ToArray<float>());
        two.LoadState(one.State().ToDictionary(s => s.Key, s => s.Value));
        Assert.Equal(one.Forward(x).ToArray<float>(), two.Forward(x).ToArray<float>());

        static Network Diamond(Rng rng) => new(g =>
        {
            Node x = g.Input("x");
            Node left = g.Add("left", new Linear(2, 3, rng: rng), x);
            Node right = g.Add("right", new Linear(2, 3, rng: rng), x);
            return g.Add("larger", t => t[0].Maximum(t[1]), left, right);
        });
    }

    [Fact]
    public void Function_that_cannot_take_its_nodes_gets_an_error_that_names_them()
    {
        Network net = new(g =>
        {
            Node x = g.Input("x");
            Node left = g.Add("left", new Linear(3, 2, rng: new Rng(1)), x), right = g.Add("right", new Tanh(), x);
            return g.Add("sum", t => t[0].MatMul(t[1]), left, right);
        });
        ErrorSnapshot.Throws<ShapeException>(
            """
            MatMul: inner sizes differ: 2 (a, dim 1) and 4 (b, dim 0).
              a: [4, 2] float32    b: [4, 3] float32
              in: model (Network x -> sum)
              help: 'sum' takes left (Linear 3 -> 2) [4, 2] and right (Tanh) [4, 3].
            """,
            () => net.Forward(Tensor.Zeros([4, 3])));
    }

    [Fact]
    public void Wrong_wiring_is_an_error_when_the_network_is_made()
    {
        Node? stranger = null;
        NetworkBuilder? late = null;
        _ = new Network(g => (late = g) is null ? null! : stranger = g.Input("theirs"));
        Wrong("Network: nothing uses 'idle' (Tanh); take it as an input, or return it.", g =>
        {
            Node x = g.Input("x");
            g.Add("idle", new Tanh(), x);
            return x;
        });
        Wrong("Network: nothing uses 'y' (input); take it as an input, or return it.", g =>
        {
            g.Input("y");
            return g.Add("a", new Tanh(), g.Input("x"));
        });
        Wrong("Network: 'a' takes 'theirs', which is a node of another network.",
            g => g.Add("a", new Tanh(), stranger!));
        Wrong("Network: the output takes 'theirs', which is a node of another network.", g =>
        {
            g.Input("x");
            return stranger!;
        });
        Wrong("Network: there is already a node named 'x'.", g => g.Add("x", new Tanh(), g.Input("x")));
        Wrong("Network: a name must not hold a point, got 'a.b'.", g => g.Input("a.b"));
        Wrong("Network: 'sum' takes no node.", g => g.Add("sum", t => t[0]));
        Wrong("Network: there is no input; make one with Input.", g => stranger!);
        ErrorSnapshot.Throws<ArgumentException>(
            "Network: there is no output; return a node.", () => _ = new Network(_ => []));
        ErrorSnapshot.Throws<InvalidOperationException>(
            "Network: it is built; nodes are added while it is.", () => late!.Input("z"));

        static void Wrong(string text, Func<NetworkBuilder, Node> build) =>
            ErrorSnapshot.Throws<ArgumentException>(text, () => _ = new Network(build));
    }

    [Fact]
    public void Watch_names_the_layer_of_a_network()
    {
        Lambda bad = new("divide", x => x / 0.0);
        Network net = new(g => g.Add("relu", new Relu(), g.Add("bad", bad, g.Input("x"))));
        using NonFiniteWatch watch = NonFiniteWatch.Begin();
        net.Forward(Tensor.Ones([2]));
        Assert.Same(bad, watch.First);
    }

    [Fact]
    public void First_inception_block_of_GoogLeNet_has_its_published_size()
    {
        Inception block = new(192, conv1: 64, reduce3: 96, conv3: 128, reduce5: 16, conv5: 32, pool: 32, new Rng(1));
        Assert.Equal(256, block.OutChannels);                        // table 1 of the paper: 28x28x256, 159K
        Assert.Equal(163_696, block.ParameterCount());
        Assert.Equal([1, 256, 6, 6], block.Forward(Tensor.Randn([1, 192, 6, 6], new Rng(2))).Shape);
    }
}
