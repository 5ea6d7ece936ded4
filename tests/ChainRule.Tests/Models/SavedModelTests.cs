using ChainRule.IO;
using ChainRule.Models;
using ChainRule.Tests.Errors;

namespace ChainRule.Tests.ModelsTests;

public sealed class SavedModelTests
{
    private static readonly ModelDescription Table = new()
    {
        Model = new MlpOptions { Sizes = [2, 3, 2], Activation = Activation.Elu, Dropout = 0.25 },
        InputShape = [2],
        Scaling = new InputScaling([1, 2], [0.5, 0.1]),
        Classes = ["no", "yes"],
        Features = ["a", "b"],
        Target = "c",
    };

    public static TheoryData<string> Models => ["lenet5", "mlp", "mnist-cnn", "softmax-regression"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Model_comes_back_from_its_file_alone(string architecture)
    {
        using TempFolder folder = new();
        ModelOptions options = architecture switch
        {
            "lenet5" =>
                new LeNet5Options { Widths = [2, 3, 4, 5], Pooling = Pooling.Average, Activation = Activation.Tanh },
            "mlp" => new MlpOptions { Sizes = [784, 8, 10], Dropout = 0.2, Activation = Activation.LeakyRelu },
            "mnist-cnn" => new MnistCnnOptions { Dropout = 0.1, Classes = 4 },
            _ => new SoftmaxRegressionOptions { Features = 784, Classes = 10 },
        };
        SavedModel saved = new(
            options.Build(new Rng(5)), new ModelDescription { Model = options, InputShape = [1, 28, 28] });
        saved.Save(folder["a.safetensors"]);
        SavedModel loaded = SavedModel.Load(folder["a.safetensors"]);
        Assert.Equal(saved.Description.ToJson(), loaded.Description.ToJson());
        Assert.False(loaded.Model.IsTraining);
        saved.Model.Eval();
        Tensor x = Tensor.Randn([2, 1, 28, 28], new Rng(6));
        Assert.Equal(saved.Model.Forward(x).ToArray<float>(), loaded.Model.Forward(x).ToArray<float>());
        loaded.Save(folder["b.safetensors"]);
        Assert.Equal(File.ReadAllBytes(folder["a.safetensors"]), File.ReadAllBytes(folder["b.safetensors"]));
    }

    [Fact]
    public void Description_has_its_text_and_comes_back()
    {
        const string Json =
            """{"version":1,"model":{"architecture":"mlp","sizes":[2,3,2],"activation":"elu","dropout":0.25}"""
            + ""","inputShape":[2],"scaling":{"mean":[1,2],"std":[0.5,0.1]},"classes":["no","yes"]"""
            + ""","features":["a","b"],"target":"c"}""";
        Assert.Equal(Json, Table.ToJson());
        Assert.Equal(Json, ModelDescription.FromJson(Json).ToJson());
        Assert.Equal(
            """{"version":1,"model":{"architecture":"mnist-cnn","dropout":0.5,"classes":10}}""",
            new ModelDescription { Model = new MnistCnnOptions() }.ToJson());
    }

    [Theory]
    [InlineData(
        """{"version":1,"model":{"architecture":"lenet"}}""",
        "there is no architecture 'lenet'; there are lenet5, mlp, mnist-cnn, softmax-regression. Nearest: 'lenet5'.")]
    [InlineData(
        """{"version":1,"model":{"architecture":"transformer"}}""",
        "there is no architecture 'transformer'; there are lenet5, mlp, mnist-cnn, softmax-regression.")]
    [InlineData("""{"version":2,"model":{}}""", "the model's description has version 2; this program reads up to 1.")]
    [InlineData("""{"version":1}""", "the model's description names no architecture.")]
    [InlineData("""{"version":1,"model":{"architecture":7}}""", "the model's description names no architecture.")]
    [InlineData("[]", "the model's description is not a JSON object.")]
    [InlineData("{", "the model's description cannot be read.")]
    [InlineData(
        """{"version":1,"model":{"architecture":"mlp","sizes":"many"}}""",
        "the model's description cannot be read at $.model.sizes.")]
    [InlineData(
        """{"version":1,"model":{"architecture":"mlp"}}""",
        "the model's description cannot be read at $.model.")]
    [InlineData(
        """{"version":1,"model":{"architecture":"mlp","sizes":null}}""",
        "the model's description cannot be read at $.model.sizes.")]
    [InlineData(
        """{"version":1,"model":{"architecture":"mlp","sizes":[1,2],"depth":3}}""",
        "the model's description cannot be read at $.model.depth.")]
    [InlineData(
        """{"version":1,"model":{"architecture":"mnist-cnn","dropout":0.5,"classes":10}"""
        + ""","scaling":{"mean":[1],"std":[]}}""",
        "input scaling needs as many means as deviations, got 1 and 0.")]
    [InlineData(
        """{"version":1,"model":{"architecture":"mnist-cnn","dropout":0.5,"classes":10}"""
        + ""","scaling":{"mean":[1],"std":[0]}}""",
        "input scaling holds a number that is not finite, or a deviation of 0.")]
    [InlineData(
        """{"version":1,"model":{"architecture":"lenet5"}}""", "the model's description cannot be read at $.model.")]
    [InlineData(
        """{"version":1,"model":{"architecture":"mnist-cnn","dropout":0.5,"classes":10},"classes":["a","b","c"]}""",
        "3 classes are named, the network has 10 outputs.")]
    [InlineData(
        """{"version":1,"model":{"architecture":"mnist-cnn","dropout":0.5,"classes":10},"inputShape":[1,-28]}""",
        "the input shape [1, -28] holds a size below 1.")]
    public void Description_that_makes_no_sense_is_refused(string json, string problem) =>
        ErrorSnapshot.Throws<CheckpointException>(
            $"ModelDescription: {problem}", () => ModelDescription.FromJson(json));

    [Theory]
    [InlineData(
        """{"version":1,"model":{"architecture":"mlp","sizes":[1000000000,1000000000]"""
        + ""","activation":"elu","dropout":0}}""",
        "ModelDescription: the file describes 1000000001000000000 parameters and holds 17 numbers.")]
    [InlineData(
        """{"version":1,"model":{"architecture":"mlp","sizes":[3],"activation":"relu","dropout":0}}""",
        "ModelDescription: the model's description makes no sense: Mlp: sizes must be two or more numbers from 1, "
        + "got [3]. (Parameter 'options')")]
    [InlineData(
        """{"version":1,"model":{"architecture":"mlp","sizes":[2,2,2],"activation":"relu","dropout":0}}""",
        "LoadState: the model file holds 'fc1.weight' [3, 2], this model has [2, 2].")]
    [InlineData(
        """{"version":1,"model":{"architecture":"softmax-regression","features":2,"classes":3}}""",
        "LoadState: the model file is of another model: it lacks 'fc.weight', 'fc.bias' and holds 'fc1.bias', "
        + "'fc1.weight', 'fc2.bias', 'fc2.weight'.")]
    public void File_whose_weights_are_not_those_it_describes_is_refused(string json, string problem)
    {
        using TempFolder folder = new();
        string path = folder["a.safetensors"];
        Table.Build(new Rng(1)).Save(path, new Dictionary<string, string> { [ModelDescription.MetadataKey] = json });
        ErrorSnapshot.Throws<CheckpointException>($"{problem}\n  file: {path}", () => SavedModel.Load(path));
    }

    [Fact]
    public void Damage_of_any_kind_is_read_or_refused_but_nothing_else()
    {
        using TempFolder folder = new();
        string path = folder["a.safetensors"];
        new SavedModel(Table.Build(new Rng(1)), Table).Save(path);
        byte[] whole = File.ReadAllBytes(path);
        int end = whole.AsSpan().IndexOf("\"fc1.bias\""u8), refused = 0;
        Rng rng = new(20260102);
        for (int round = 0; round < 500; round++)
        {
            // Edits of the description keep its length, so that most of them are still safetensors.
            byte[] bytes = [.. whole];
            for (int edits = 1 + rng.NextInt(3); edits > 0; edits--)
            {
                byte given = (byte)"0123456789-.{}[]\",:\\aeilnrtu"[rng.NextInt(28)];
                bytes[8 + rng.NextInt(end - 8)] = given;
            }
            File.WriteAllBytes(path, bytes);
            try
            {
                SavedModel.Load(path);
            }
            catch (CheckpointException)
            {
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"round {round}: {e}");
            }
        }
        Assert.InRange(refused, 250, 500);
    }

    [Fact]
    public void File_without_a_description_says_how_to_read_it()
    {
        using TempFolder folder = new();
        string path = folder["a.safetensors"];
        Table.Build().Save(path);
        ErrorSnapshot.Throws<CheckpointException>(
            $"SavedModel: the file holds weights but no description of their model.\n  file: {path}\n"
            + "  help: build the network in code and read the weights with LoadState.",
            () => SavedModel.Load(path));
    }

    [Fact]
    public void Scaling_brings_features_and_channels_to_their_range()
    {
        InputScaling scaling = new([1, 2], [0.5, 0.1]);
        Assert.Equal(
            [2f, 10], scaling.Apply(Tensor.From([2f, 3], [1, 2])).ToArray<float>().Select(v => MathF.Round(v, 4)));
        Assert.Equal(
            [2f, 4, 10, 20],
            scaling.Apply(Tensor.From([2f, 3, 3, 4], [1, 2, 1, 2])).ToArray<float>().Select(v => MathF.Round(v, 4)));
        Assert.Equal([4f], new InputScaling([1], [0.5]).Apply(Tensor.From([3f], [1, 1, 1, 1])).ToArray<float>());
        Assert.Equal(
            "InputScaling: expects [N, 2, ...], got [1, 3].",
            Assert.Throws<ShapeException>(() => scaling.Apply(Tensor.Zeros([1, 3]))).Message);
    }
}
