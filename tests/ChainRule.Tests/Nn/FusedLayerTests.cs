using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>Linear and convolution with a ReLU behind them: one operation that nobody can tell from two.</summary>
public sealed class FusedLayerTests
{
    public static TheoryData<string> Models => ["linear", "wide", "rows of a batch", "conv", "pointwise conv"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Fused_layers_give_the_bits_of_single_ones(string name)
    {
        (Layer[] layers, Tensor x) = Make(name, DType.Float32);
        (float[] Y, float[][] Gradients) fused = Train(new Sequential(layers).Forward, layers, x);
        (float[] Y, float[][] Gradients) single = Train(t => OneByOne(layers, t), layers, x);
        Assert.Equal(single.Y, fused.Y);
        if (layers[^1] is Relu) Assert.Contains(0, fused.Y);
        for (int i = 0; i < single.Gradients.Length; i++)
        {
            // The sum for the bias of a convolution runs in another order.
            float most = single.Gradients[i].Max(MathF.Abs);
            bool exact = !name.Contains("conv", StringComparison.Ordinal) || single.Gradients[i].Length > 16;
            if (exact) Assert.Equal(single.Gradients[i], fused.Gradients[i]);
            else Assert.All(
                single.Gradients[i].Zip(fused.Gradients[i]), p => Assert.Equal(p.First, p.Second, 4e-6 * most));
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Fused_layers_have_second_derivatives(string name)
    {
        (Layer[] layers, Tensor x) = Make(name, DType.Float64);
        Sequential model = new(layers);
        double[] fused = SecondOrder(model.Forward, layers, x);
        double[] single = SecondOrder(t => OneByOne(layers, t), layers, x);
        Assert.Contains(single, v => v != 0);
        Assert.All(single.Zip(fused), p => Assert.Equal(p.First, p.Second, 1e-10));
    }

    [Fact]
    public void Container_records_one_operation_for_linear_and_relu()
    {
        Sequential model = [new Linear(3, 4, rng: new Rng(1)), new Relu()];
        Assert.Equal("linear_relu", model.Forward(Tensor.Ones([2, 3])).Op!.Name);
        Sequential images = [new Conv2d(1, 2, 3, rng: new Rng(1)), new Relu()];
        Assert.Equal("conv_relu", images.Forward(Tensor.Ones([1, 1, 4, 4])).Op!.Name);
        Sequential other = [new Linear(3, 4, rng: new Rng(1)), new Tanh(), new Relu()];
        Assert.Equal("relu", other.Forward(Tensor.Ones([2, 3])).Op!.Name);
    }

    [Fact]
    public void Watch_sees_the_layer_between()
    {
        Linear first = new(1, 2, rng: new Rng(1));
        first.Weight.Set(Tensor.From([float.NegativeInfinity, 1f], [2, 1]));
        Sequential model = [first, new Relu(), new Linear(2, 1, rng: new Rng(2))];
        using NonFiniteWatch watch = NonFiniteWatch.Begin();
        model.Forward(Tensor.Ones([1, 1]));
        Assert.Same(first, watch.First);
    }

    [Fact]
    public void Error_behind_a_fused_pair_names_the_relu_that_gave_the_input()
    {
        Sequential model = [new Linear(8, 64, rng: new Rng(1)), new Relu(), new Linear(128, 10, rng: new Rng(1))];
        ShapeException e = Assert.Throws<ShapeException>(() => model.Forward(Tensor.Zeros([32, 8])));
        Assert.EndsWith("help: this layer expects [..., 128]; 1 (Relu) produced [32, 64].", e.Message,
            StringComparison.Ordinal);
        e = Assert.Throws<ShapeException>(() => model.Forward(Tensor.Zeros([32, 9])));
        Assert.Contains("in: model.0 (Linear 8 -> 64) <- model (Sequential)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradient_that_somebody_else_reads_is_not_overwritten()
    {
        // h is asked for and used twice: its gradient is gathered in memory of the pass, then masked by the operation.
        Tensor x = Tensor.Randn([5, 3], new Rng(1)), w = Tensor.Randn([4, 3], new Rng(2));
        Tensor v = Tensor.Randn([4, 4], new Rng(3)), seed = Tensor.Randn([5, 4], new Rng(4));
        w.RequiresGrad = true;
        Tensor h = F.Linear(x, w, null, FusedActivation.Relu);
        Tensor y = F.Linear(h, v) + h;
        Tensor[] found = Autograd.Grad(y, [h, w], seed);
        Tensor expected = F.Linear(seed, v.T) + seed;
        Assert.All(expected.ToArray<float>().Zip(found[0].ToArray<float>()),
            p => Assert.Equal(p.First, p.Second, 1e-5));
        Tensor masked = expected * h.Greater(Tensor.Zeros(h.Shape)).To(DType.Float32);
        Assert.All(masked.T.MatMul(x).ToArray<float>().Zip(found[1].ToArray<float>()),
            p => Assert.Equal(p.First, p.Second, 1e-4));
    }

    private static (Layer[] Layers, Tensor X) Make(string name, DType dtype)
    {
        Rng rng = new(7);
        return name switch
        {
            "linear" => ([Linear(6, 10), new Relu(), Linear(10, 3)], Input(33, 6)),
            "wide" => ([Linear(5, 300), new Relu(), Linear(300, 70), new Relu()], Input(40, 5)),
            "rows of a batch" => ([Linear(6, 4), new Relu()], Input(3, 5, 6)),
            "conv" => ([Conv(2, 3, 3), new Relu(), new MaxPool2d(2), Conv(3, 4, 3), new Relu()], Input(2, 2, 14, 14)),
            _ => ([Conv(3, 4, 1), new Relu()], Input(2, 3, 7, 5)),
        };

        Linear Linear(int from, int to) => new(from, to, rng: rng, dtype: dtype);

        Conv2d Conv(int from, int to, int kernel) => new(from, to, kernel, rng: rng, dtype: dtype);

        Tensor Input(params int[] shape) => Tensor.Randn(shape, rng, dtype: dtype);
    }

    private static Tensor OneByOne(Layer[] layers, Tensor x)
    {
        foreach (Layer layer in layers) x = layer.Forward(x);
        return x;
    }

    // Two passes, so that the second adds to gradients that are there.
    private static (float[] Y, float[][] Gradients) Train(Func<Tensor, Tensor> run, Layer[] layers, Tensor input)
    {
        Parameter[] parameters = [.. layers.SelectMany(l => l.Parameters())];
        foreach (Parameter p in parameters) p.Value.ZeroGrad();
        Tensor x = input.Detach();
        x.RequiresGrad = true;
        Tensor y = run(x);
        for (int i = 0; i < 2; i++) y.Backward(Tensor.Randn(y.Shape, new Rng(9)), retainGraph: true);
        return (y.ToArray<float>(), [x.Grad!.ToArray<float>(), .. parameters.Select(p => p.Grad!.ToArray<float>())]);
    }

    private static double[] SecondOrder(Func<Tensor, Tensor> run, Layer[] layers, Tensor input)
    {
        Tensor[] leaves = [.. layers.SelectMany(l => l.Parameters()).Select(p => p.Value)];
        Tensor y = run(input);
        Tensor[] first = Autograd.Grad((y * y).Sum(), leaves, createGraph: true);
        Tensor squares = first.Select(g => (g * g).Sum()).Aggregate((a, b) => a + b);
        return [.. Autograd.Grad(squares, leaves).SelectMany(g => g.ToArray<double>())];
    }
}
