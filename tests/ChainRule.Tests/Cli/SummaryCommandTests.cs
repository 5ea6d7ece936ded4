using ChainRule.Cli;

namespace ChainRule.Tests.Cli;

/// <summary>What the command line says of a network.</summary>
public sealed class SummaryCommandTests
{
    [Fact]
    public void Summary_shows_layers_work_and_memory()
    {
        CliRun run = CliRun.Of("summary lenet5");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
        Assert.Contains("conv2    Conv2d 6 -> 16, 5x5  [1, 16, 8, 8]        2,416        153,600\n", run.Output);
        Assert.Contains("work     563,280 floating-point operations a sample, forward\n", run.Output);
        Assert.EndsWith("memory   177.7 kB of weights, 43.0 kB of results a sample\n", run.Output);

        var json = Assert.Single(CliRun.Of("summary mlp --input 4 --hidden 10,20,10 --json").Events);
        Assert.Equal((590, 540), (json.GetProperty("parameters").GetInt32(),
            json.GetProperty("multiplyAdds").GetInt32()));
        Assert.Equal(7, json.GetProperty("layers").GetArrayLength());

        using TempFolder folder = new();
        string model = folder["m.safetensors"];
        Assert.Equal(ExitCode.Done, CliRun.Of($"train --data iris --epochs 1 --out {model}").Code);
        CliRun saved = CliRun.Of($"summary {model}");
        Assert.Contains("one input of [4]", saved.Output);
        Assert.Contains("Linear 20 -> 10", saved.Output);
    }

    [Theory]
    [InlineData("summary cn",
        "there is no network 'cn' (did you mean 'cnn'?); expected cnn, mlp, softmax or lenet5, or the file of a "
        + "model.")]
    [InlineData("summary mlp --input 3,100000,100000",
        "--input: [3, 100000, 100000] has more than 1,000,000 numbers.")]
    [InlineData("summary cnn --hidden 3", "--hidden is for an mlp; the model is cnn.")]
    public void Summary_of_what_is_not_there_is_refused(string words, string expected) =>
        CliRun.Refused(words, $"chainrule: {expected}");
}
