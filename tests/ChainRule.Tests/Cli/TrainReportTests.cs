using ChainRule.Cli;
using ChainRule.Training;

namespace ChainRule.Tests.Cli;

/// <summary>What a training from the command line draws and keeps, and how it goes on.</summary>
public sealed class TrainReportTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Train => $"train --data iris --epochs 3 --seed 5 --out {_folder["m.safetensors"]}";

    [Fact]
    public void Report_and_plot_are_written()
    {
        CliRun run = CliRun.Of($"{Train} --report {_folder["r.html"]} --plot {_folder["c.svg"]}");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
        string html = File.ReadAllText(_folder["r.html"]);
        foreach (string expected in (string[])["mlp on iris", "Epochs", "setosa", "optimiser", "m.safetensors"])
            Assert.Contains(expected, html);
        Assert.DoesNotContain("http", html);
        Assert.StartsWith("<svg", File.ReadAllText(_folder["c.svg"]));
    }

    [Theory]
    [InlineData("step", 1)]
    [InlineData("epoch", 1)]
    [InlineData("epoch", 2)]
    public void Interrupted_training_goes_on_to_the_same_weights(string last, int count)
    {
        Assert.Equal(ExitCode.Done, CliRun.Of(Train).Code);
        byte[] whole = File.ReadAllBytes(_folder["m.safetensors"]);

        string kept = $"{Train} --checkpoints {_folder["runs"]}";
        using StoppingWriter output = new($"\"event\":\"{last}\"", count);
        using StringWriter errors = new() { NewLine = "\n" };
        int code = CommandLine.Run($"{kept} --json".Split(' '), new Session(output, errors, output.Stop.Token));
        Assert.Equal(ExitCode.Failed, code);
        Assert.EndsWith($"the same command with --resume goes on where this one stopped, from {_folder["runs"]}.\n",
            errors.ToString());

        CliRun second = CliRun.Of($"{kept} --resume");
        Assert.Equal((ExitCode.Done, ""), (second.Code, second.Errors));
        Assert.Contains("resumed after ", second.Output);
        Assert.Equal(whole, File.ReadAllBytes(_folder["m.safetensors"]));
    }

    [Fact]
    public void Resume_asks_for_the_same_settings()
    {
        string runs = _folder["runs"];
        Assert.Equal(ExitCode.Done, CliRun.Of($"{Train} --checkpoints {runs}").Code);
        CliRun.Fails(CliRun.Of($"{Train} --checkpoints {runs}"), ExitCode.WrongUse,
            $"chainrule: {runs} holds a training that was begun already.\n"
            + "  help: add --resume to go on with it, or name another folder");
        CliRun other = CliRun.Of($"{Train} --checkpoints {runs} --resume --lr 0.5 --batch 8");
        Assert.Equal(ExitCode.WrongUse, other.Code);
        Assert.EndsWith("is of a training with other settings:\n  batch: 16 then, 8 now\n  rate: 0.01 then, 0.5 now\n"
            + "  help: repeat the command of that training and add --resume\n", other.Errors);
        Assert.Equal("", other.Output);
    }

    [Theory]
    [InlineData("--resume", "--resume goes on from a folder: say --checkpoints FOLDER too.")]
    [InlineData("--checkpoints /nowhere/x --resume",
        "there is no checkpoint in /nowhere/x to go on from.\n  help: leave --resume out")]
    [InlineData("--plot c.pdf", "--plot: a picture is an .svg or a .png; got 'c.pdf'.")]
    [InlineData("--report r.txt", "--report: a page is an .html; got 'r.txt'.")]
    public void Wrong_use_is_refused(string options, string expected) =>
        CliRun.Fails(CliRun.Of($"{Train} {options}"), ExitCode.WrongUse, $"chainrule: {expected}");

    // Asks to stop once so many lines with a text were written.
    private sealed class StoppingWriter(string text, int count) : StringWriter
    {
        private int _seen;

        public CancellationTokenSource Stop { get; } = new();

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(text) == true && ++_seen == count) Stop.Cancel();
        }

        protected override void Dispose(bool disposing)
        {
            Stop.Dispose();
            base.Dispose(disposing);
        }
    }
}
