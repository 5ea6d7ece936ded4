using ChainRule.Conformance;
using ChainRule.IO;
using ChainRule.Models;
using ChainRule.Nn;

namespace ChainRule.Tests.ModelsTests;

public sealed class ModelTests
{
    public static TheoryData<string, long> Counts => new()
    {
        { "mnist-cnn", 3_274_634 },
        { "lenet5", 44_426 },
        { "mlp", 101_770 },
        { "softmax-regression", 7_850 },
    };

    [Theory]
    [MemberData(nameof(Counts))]
    public void Architecture_has_its_known_number_of_parameters(string architecture, long count)
    {
        ModelOptions options = Options(architecture);
        Layer model = options.Build(new Rng(1));
        Assert.Equal(count, model.ParameterCount());
        Assert.Equal(count, (long)options.ParameterCount);
        Assert.Equal(architecture, options.Architecture);
        model.Eval();
        Assert.Equal([2, 10], model.Forward(Tensor.Randn([2, 1, 28, 28], new Rng(2))).Shape);
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void Every_parameter_gets_a_gradient(string architecture, long count)
    {
        Layer model = Options(architecture).Build(new Rng(1));
        Tensor scores = model.Forward(Tensor.Randn([4, 1, 28, 28], new Rng(2)));
        F.CrossEntropy(scores, Tensor.From(0L, 3, 9, 1)).Backward();
        long with = model.Parameters()
            .Where(p => p.Grad!.ToArray<float>().Any(g => g != 0))
            .Sum(p => (long)p.Value.Count);
        Assert.Equal(count, with);
    }

    [Fact]
    public void Mnist_network_prints_its_layers()
    {
        Assert.Equal(
            """
            model: MnistCnn
              conv1: Conv2d 1 -> 32, 5x5, padding 2            832
              act1: Relu
              pool1: MaxPool2d 2x2
              conv2: Conv2d 32 -> 64, 5x5, padding 2        51,264
              act2: Relu
              pool2: MaxPool2d 2x2
              flatten: Flatten
              fc1: Linear 3136 -> 1024                   3,212,288
              act3: Relu
              dropout: Dropout 0.5
              fc2: Linear 1024 -> 10                        10,250
            3,274,634 parameters
            """,
            new MnistCnn(rng: new Rng(1)).ToString());
    }

    [Fact]
    public void Keys_are_those_of_the_same_networks_elsewhere()
    {
        string[] expected =
        [
            "conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "fc1.weight", "fc1.bias", "fc2.weight",
            "fc2.bias", "fc3.weight", "fc3.bias",
        ];
        Assert.Equal(expected, new LeNet5().State().Select(s => s.Key));
        Assert.Equal(["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"], new Mlp(4, 3, 2).State().Select(s => s.Key));
        Assert.Equal(["fc.weight", "fc.bias"], new SoftmaxRegression(4, 3).State().Select(s => s.Key));
    }

    [Fact]
    public void Wrong_image_names_the_layer_that_cannot_take_it()
    {
        ShapeException e = Assert.Throws<ShapeException>(
            () => new LeNet5(rng: new Rng(1)).Forward(Tensor.Zeros([1, 1, 32, 32])));
        Assert.Equal(
            """
            Linear: expects [..., 256], got [1, 400].
              x: [1, 400] float32    weight: [120, 256] float32
              in: model.fc1 (Linear 256 -> 120) <- model (LeNet5)
              help: this layer expects [..., 256]; flatten (Flatten) produced [1, 400].
            """,
            e.Message);
    }

    [Fact]
    public void Linear_classifier_starts_with_equal_scores()
    {
        Tensor scores = new SoftmaxRegression(3, 4).Forward(Tensor.Randn([2, 3], new Rng(1)));
        Assert.Equal(new float[8], scores.ToArray<float>());
    }

    [Fact]
    public void Impossible_sizes_are_refused()
    {
        Assert.Equal(
            "Mlp: sizes must be two or more numbers from 1, got [4]. (Parameter 'options')",
            Assert.Throws<ArgumentException>(() => new Mlp(4)).Message);
        Assert.Throws<ArgumentException>(() => new Mlp(4, 0, 3));
        Assert.Equal(
            "LeNet5: widths must be four numbers, got [6, 16]. (Parameter 'options')",
            Assert.Throws<ArgumentException>(() => new LeNet5(new() { Widths = [6, 16] })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Mlp(new MlpOptions { Sizes = [2, 3, 2], Dropout = -0.5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SoftmaxRegression(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new Mlp(new MlpOptions { Sizes = [2, 3, 2], Activation = (Activation)99 }));
    }

    [SharedTheory("goldens/trajectory")]
    [InlineData("lenet/lenet-01-full-size")]
    [InlineData("lenet/lenet-02-narrow-tanh-avg")]
    [InlineData("iris_mlp/iris_mlp-01-adam-full-batch")]
    [InlineData("iris_mlp/iris_mlp-02-sgd-momentum-mini-batches")]
    [InlineData("softmax_regression/softmax_regression-01-784-full-batch")]
    [InlineData("softmax_regression/softmax_regression-02-196-mini-batches")]
    public void First_step_has_the_loss_and_the_gradients_of_the_goldens(string name)
    {
        GoldenCase golden = GoldenCase.Read(SharedData.Path($"goldens/trajectory/{name}.safetensors"));
        Layer model = OfGolden(golden);
        model.LoadState(golden.Behind("init.param.").ToDictionary(n => n, n => golden.Stored("init.param." + n)));
        Tensor batch = golden.Stored("in.order")[0];
        Tensor loss = F.CrossEntropy(
            model.Forward(golden.Stored("in.x").IndexSelect(0, batch)), golden.Stored("in.y").IndexSelect(0, batch));
        loss.Backward();
        AssertEqual("loss", loss, golden.Stored("loss")[0]);
        string[] compared = [.. model.NamedParameters().Select(p => p.Key).Where(k => golden.Has("step.1.grad." + k))];
        Assert.NotEmpty(compared);
        foreach ((string key, Parameter parameter) in model.NamedParameters().Where(p => compared.Contains(p.Key)))
            AssertEqual(key, parameter.Grad, golden.Stored("step.1.grad." + key));

        void AssertEqual(string what, Tensor? computed, Tensor expected)
        {
            Comparison comparison = Comparison.Of(what, computed, expected, golden.Relative, golden.Absolute);
            Assert.True(comparison.Passed, $"{what}: {comparison.Detail}");
        }
    }

    private static Layer OfGolden(GoldenCase golden)
    {
        Activation Act() => golden.Text("activation") == "tanh" ? Activation.Tanh : Activation.Relu;
        return golden.OpName switch
        {
            "lenet" => new LeNet5(new LeNet5Options
            {
                Widths = golden.Ints("widths"),
                Activation = Act(),
                Pooling = golden.Text("pool") == "avg" ? Pooling.Average : Pooling.Max,
            }),
            "iris_mlp" => new Mlp(new MlpOptions { Sizes = [4, 10, 20, 10, 3], Activation = Act() }),
            _ => new SoftmaxRegression(golden.Stored("in.x").Shape[1], 10),
        };
    }

    private static ModelOptions Options(string architecture) => architecture switch
    {
        "mnist-cnn" => new MnistCnnOptions(),
        "lenet5" => new LeNet5Options(),
        "mlp" => new MlpOptions { Sizes = [784, 128, 10] },
        _ => new SoftmaxRegressionOptions { Features = 784, Classes = 10 },
    };
}
