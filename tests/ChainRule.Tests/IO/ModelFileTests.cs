using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Tests.Errors;

namespace ChainRule.Tests.IOTests;

public sealed class ModelFileTests
{
    [Fact]
    public void Model_comes_back_with_the_same_outputs_and_the_same_file()
    {
        using TempFolder folder = new();
        Sequential model = Make(1, 8), other = Make(2, 8);
        Tensor x = Tensor.Randn([3, 4], new Rng(5));
        Assert.NotEqual(model.Forward(x).ToArray<float>(), other.Forward(x).ToArray<float>());
        model.Save(folder["a.safetensors"]);
        other.LoadState(folder["a.safetensors"]);
        Assert.Equal(model.Forward(x).ToArray<float>(), other.Forward(x).ToArray<float>());
        other.Save(folder["b.safetensors"]);
        Assert.Equal(File.ReadAllBytes(folder["a.safetensors"]), File.ReadAllBytes(folder["b.safetensors"]));
    }

    [Fact]
    public void File_of_another_model_is_refused_and_changes_nothing()
    {
        using TempFolder folder = new();
        string path = folder["a.safetensors"];
        Make(1, 8).Save(path);
        Sequential narrow = Make(2, 4);
        float[] before = narrow.State()[0].Value.ToArray<float>();
        ErrorSnapshot.Throws<CheckpointException>(
            $"LoadState: the model file holds '0.weight' [8, 4], this model has [4, 4].\n  file: {path}",
            () => narrow.LoadState(path));
        Sequential longer = [new Linear(4, 8), new Linear(8, 2)];
        ErrorSnapshot.Throws<CheckpointException>(
            "LoadState: the model file is of another model: it lacks '1.weight', '1.bias' and holds '2.bias', "
            + $"'2.weight'.\n  file: {path}",
            () => longer.LoadState(path));
        StateMismatch mismatch = longer.LoadState(path, strict: false);
        Assert.Equal(["1.weight", "1.bias"], mismatch.Missing);
        Assert.Equal(["2.bias", "2.weight"], mismatch.Unexpected);
        Assert.Equal(before, narrow.State()[0].Value.ToArray<float>());
        Assert.Throws<FileNotFoundException>(() => narrow.LoadState(folder["none"]));
    }

    private static Sequential Make(ulong seed, int hidden)
    {
        Rng rng = new(seed);
        return [new Linear(4, hidden, rng: rng), new Tanh(), new Linear(hidden, 2, rng: rng)];
    }
}
