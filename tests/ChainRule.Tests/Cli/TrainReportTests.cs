using ChainRule.Cli;
using ChainRule.Cli.Output;
using ChainRule.Formats;
using ChainRule.Training;
using Spectre.Console;

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
        foreach (string expected in (string[])["mlp on iris", "Epochs", "Norm of gradients", "setosa",
            "optimiser", "m.safetensors"])
            Assert.Contains(expected, html);
        Assert.DoesNotContain("http", html);
        Assert.StartsWith("<svg", File.ReadAllText(_folder["c.svg"]));
    }

    [Fact]
    public void TensorBoard_folder_holds_curves_graph_and_weights()
    {
        CliRun run = CliRun.Of($"{Train} --tensorboard {_folder["board"]}");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
        var events = EventReader.Read(Assert.Single(Directory.GetFiles(_folder["board"]))).ToList();
        string[] tags = [.. events.SelectMany(e => e.Values).Select(v => v.Tag).Distinct()];
        foreach (string expected in (string[])["loss/step", "loss/training", "weights/fc1.weight"])
            Assert.Contains(expected, tags);
        Assert.Contains(events, e => e.Graph.Count > 0);
    }

    [Fact]
    public void Patience_ends_a_training_that_gets_no_better()
    {
        string command =
            $"train --data iris --epochs 60 --patience 2 --validation 0.2 --out {_folder["m.safetensors"]}";
        CliRun run = CliRun.Of(command);
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
        Assert.Matches("\nstopped after epoch [0-9]+ of 60: no better for 2 epochs\n", run.Output);
        Assert.Contains("\"reason\":\"stopped early\"", CliRun.Of(command + " --json").Output);
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

    [Fact]
    public void Resume_passes_over_a_damaged_checkpoint_and_says_so()
    {
        string runs = _folder["runs"], train = $"{Train} --checkpoints {runs}";
        Assert.Equal(ExitCode.Done, CliRun.Of(train).Code);
        byte[] whole = File.ReadAllBytes(_folder["m.safetensors"]);
        string latest = Checkpoints.Latest(runs)!;
        File.WriteAllBytes(latest, File.ReadAllBytes(latest)[..^9]);
        CliRun run = CliRun.Of($"{train} --resume");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.StartsWith($"chainrule: passed over {latest}, which is damaged: '", run.Errors);
        Assert.EndsWith(" it is cut short.\n", run.Errors);
        Assert.Equal(whole, File.ReadAllBytes(_folder["m.safetensors"]));
    }

    [Fact]
    public void Folder_that_cannot_be_written_is_refused_before_the_training()
    {
        File.WriteAllText(_folder["file"], "");
        string runs = Path.Combine(_folder["file"], "runs");
        CliRun run = CliRun.Of($"{Train} --checkpoints {runs}");
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Output));
        Assert.StartsWith($"chainrule: cannot write {runs}: ", run.Errors);
        Assert.EndsWith("\n  help: choose another folder with --checkpoints.\n", run.Errors);
    }

    [Fact]
    public void Weights_are_saved_when_a_checkpoint_cannot_be_written()
    {
        string runs = _folder["runs"];
        Directory.CreateDirectory(Path.Combine(runs, "checkpoint-000000016.safetensors"));    // in the second's place
        CliRun run = CliRun.Of($"{Train} --batch 15 --checkpoints {runs}");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.StartsWith(
            $"chainrule: the best weights of the 2 finished epochs are in {_folder["m.safetensors"]}.\n", run.Errors);
        Assert.Contains("checkpoint-000000016.safetensors", run.Errors);
        Assert.True(File.Exists(_folder["m.safetensors"]));
    }

    [Fact]
    public void Resume_refuses_what_is_no_checkpoint()
    {
        Assert.Equal(ExitCode.Done, CliRun.Of(Train).Code);
        string wrong = Path.Combine(_folder["runs"], "checkpoint-000000010.safetensors");
        Directory.CreateDirectory(_folder["runs"]);
        File.Copy(_folder["m.safetensors"], wrong);
        CliRun.Fails(CliRun.Of($"{Train} --checkpoints {_folder["runs"]} --resume"), ExitCode.WrongUse,
            $"chainrule: {wrong} is no checkpoint of chainrule train.\n"
            + "  help: name the folder of a training that was begun with --checkpoints");
        File.WriteAllText(wrong, "{");
        CliRun damaged = CliRun.Of($"{Train} --checkpoints {_folder["runs"]} --resume");
        Assert.Equal((ExitCode.Failed, ""), (damaged.Code, damaged.Output));
        Assert.Contains($"  file: {wrong}\n", damaged.Errors);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" --json")]
    public void Dashboard_leaves_what_is_no_terminal_as_it_is(string options)
    {
        string[] words = $"{Train} --dashboard{options}".Split(' ');
        using StringWriter output = new() { NewLine = "\n" }, errors = new() { NewLine = "\n" };
        // A terminal whose part may not be drawn anew, as where NO_COLOR is set.
        Session session = new(output, errors, default) { Interactive = true, Redraws = false };
        Assert.Equal(ExitCode.Done, CommandLine.Run(words, session));
        Assert.Equal("", errors.ToString());
        Assert.DoesNotContain("\u001b", output.ToString());
        Assert.Equal(
            CliRun.Of($"{Train}{options}").Lines.Length, output.ToString().TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public void Dashboard_draws_the_training_and_brings_the_cursor_back()
    {
        using StringWriter output = new() { NewLine = "\n" }, errors = new() { NewLine = "\n" };
        Session session = new(output, errors, default) { Interactive = true, Redraws = true, Colours = false };
        Assert.Equal(ExitCode.Done, CommandLine.Run($"{Train} --dashboard".Split(' '), session));
        string text = output.ToString();
        Assert.Contains("100%  epoch 3/3", text);
        Assert.Contains("samples/s", text);
        Assert.Contains("epochs", text);
        Assert.True(text.LastIndexOf("\u001b[?25h", StringComparison.Ordinal)
            > text.LastIndexOf("\u001b[?25l", StringComparison.Ordinal));
        Assert.Contains("\nsaved   ", text);
    }

    [Fact]
    public void Chart_of_a_line_from_corner_to_corner()
    {
        TerminalChart chart = new TerminalChart(width: 18, height: 4, unicode: true) { XEnd = 2 }
            .Line([0, 2], [4, 0], Color.Blue).Marks([1.2], [3], Color.Red);
        using StringWriter output = new() { NewLine = "\n" };
        Session session = new(output, output, default) { Redraws = true };
        using (LiveArea area = new(session))
        {
            area.Draw(40, chart);
            area.Draw(40, chart);
            area.Draw(30, chart);
        }
        string[] frames = output.ToString().Replace("\u001b[K", "").Split("\u001b[J");
        const string expected = "     3.5 ┤⠑⢄      \n"
            + "         │  ⠑⢄●   \n"
            + "     1.5 ┤    ⠑⢄  \n"
            + "     0.5 ┤      ⠑⢄\n"
            + "          0epochs2\n";
        Assert.Equal("\u001b[?25l" + expected, frames[0]);
        Assert.Equal("\r\u001b[5A" + expected, frames[1]);           // over the first
        Assert.Equal("\u001b[2J\u001b[H" + expected, frames[2]);       // the terminal became narrower
        Assert.Equal("\u001b[?25h", frames[3]);
    }

    [Theory]
    [InlineData("--resume", "--resume goes on from a folder: say --checkpoints FOLDER too.")]
    [InlineData("--checkpoints /nowhere/x --resume",
        "there is no checkpoint in /nowhere/x to go on from.\n  help: leave --resume out")]
    [InlineData("--plot c.pdf", "--plot: a picture is an .svg or a .png; got 'c.pdf'.")]
    [InlineData("--patience 0", "--patience: got '0'; expected a whole number of 1 or more.\n"
        + "  help: see chainrule train --help")]
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
