using System.Text.Json;
using ChainRule.Cli;
using ChainRule.IO;
using ChainRule.Models;

namespace ChainRule.Tests.Cli;

/// <summary>Small trainings from the command line: what they write, save and refuse.</summary>
public sealed class TrainCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string ModelPath => _folder["model.safetensors"];

    [Fact]
    public void Training_on_digits_writes_settings_epochs_and_result()
    {
        CliRun run = CliRun.Of($"train --samples 400 --model softmax --epochs 2 --threads 2 --out {ModelPath}");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
        Assert.Equal(
            """
            data       digits: 380 to learn from, 20 to validate, 4,000 to test
            model      softmax, 7,850 parameters
            optimiser  sgd, rate 0.5, batches of 100, 2 epochs
            seed       0, 2 threads

            """.ReplaceLineEndings("\n"), string.Join('\n', run.Lines[..5]));
        Assert.Matches(@"^epoch 1/2  loss \d\.\d{4}  accuracy \d\d\.\d\d%  validation loss \d\.\d{4}  "
            + @"accuracy \d\d\.\d\d%  [\d,.M ]+ samples/s  \d+(\.\d)? s$", run.Lines[5]);
        Assert.StartsWith("epoch 2/2", run.Lines[6]);
        Assert.Matches(@"^best    epoch [12], validation accuracy \d\d\.\d\d%$", run.Lines[8]);
        Assert.Matches(@"^test    accuracy \d\d\.\d\d% \([\d,]+ of 4,000\), loss \d\.\d{4}$", run.Lines[9]);
        Assert.StartsWith($"saved   {ModelPath} (", run.Lines[10]);
        Assert.Equal($"next    chainrule predict {ModelPath} picture.png", run.Lines[11]);
        Assert.Equal(12, run.Lines.Length);
    }

    [Fact]
    public void Training_in_a_terminal_draws_a_bar_below_the_finished_epochs()
    {
        CliRun run = CliRun.Of($"train --data iris --epochs 3 --out {ModelPath}", interactive: true);
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
        Assert.Contains("first step ...", run.Output);
        Assert.Matches(@"100% epoch 3/3  loss \d\.\d{4}  accuracy \d\d\.\d\d%  [\d,.M ]+ samples/s  0\.0 s left",
            run.Output);
        foreach (int epoch in (int[])[1, 2, 3]) Assert.Matches($@"epoch {epoch}/3  loss .*  \d+\.\d s *\n", run.Output);
        Assert.Contains("\x1b[", run.Output);
        Assert.DoesNotContain("\x1b[38", run.Output);                          // no colours were asked for
    }

    [Fact]
    public void Training_as_json_gives_start_step_epochs_and_end()
    {
        CliRun run = CliRun.Of($"train --data iris --epochs 3 --json --out {ModelPath}");
        var events = run.Events;
        Assert.Equal(["start", "step", "epoch", "epoch", "epoch", "end"],
            events.Select(e => e.GetProperty("event").GetString()!));
        JsonElement start = events[0], end = events[^1];
        Assert.Equal(("iris", "mlp", 120, 30, 3), (start.GetProperty("data").GetString(),
            start.GetProperty("model").GetString(),
            start.GetProperty("train").GetInt32(), start.GetProperty("test").GetInt32(),
                start.GetProperty("epochs").GetInt32()));
        Assert.Equal([1, 2, 3], events[2..5].Select(e => e.GetProperty("epoch").GetInt32()));
        Assert.Equal("finished", end.GetProperty("reason").GetString());
        Assert.InRange(end.GetProperty("testAccuracy").GetDouble(), 0.3, 1);
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
    }

    [Fact]
    public void Iris_reaches_29_of_30_and_its_model_is_evaluated_the_same()
    {
        CliRun trained = CliRun.Of($"train --data iris --out {ModelPath}");
        string test = Assert.Single(trained.Lines, l => l.StartsWith("test", StringComparison.Ordinal));
        int right = int.Parse(test.Split('(')[1].Split(' ')[0]);
        Assert.InRange(right, 29, 30);

        CliRun evaluated = CliRun.Of($"evaluate {ModelPath}");
        Assert.Contains($"({right} of 30)", evaluated.Output);
        Assert.Contains("data      iris, test part: 30 samples", evaluated.Output);
        JsonElement json = Assert.Single(CliRun.Of($"evaluate {ModelPath} --json").Events);
        Assert.Equal(right / 30.0, json.GetProperty("accuracy").GetDouble(), 6);
        Assert.Equal(["setosa", "versicolor", "virginica"], json.GetProperty("classes").EnumerateArray().Select(c =>
            c.GetString()!));
        Assert.Equal(30, json.GetProperty("confusion").EnumerateArray().Sum(r =>
            r.EnumerateArray().Sum(c => c.GetInt32())));
    }

    [Fact]
    public void Same_seed_gives_the_same_file_on_any_number_of_threads()
    {
        string other = _folder["other.safetensors"], third = _folder["third.safetensors"];
        string options = "train --samples 300 --model lenet5 --epochs 1 --seed 7";
        foreach (string line in (string[])[$"{options} --threads 1 --out {ModelPath}",
            $"{options} --threads 3 --out {other}",
            $"{options} --seed 8 --out {third}".Replace("--seed 7 ", "")])
        {
            Assert.Equal((ExitCode.Done, ""), CliRun.Of(line) is var r ? (r.Code, r.Errors) : default);
        }
        Assert.Equal(File.ReadAllBytes(ModelPath), File.ReadAllBytes(other));
        Assert.NotEqual(File.ReadAllBytes(ModelPath), File.ReadAllBytes(third));
    }

    [Fact]
    public void Csv_with_a_class_column_trains_and_predicts_raw_rows()
    {
        string csv = _folder.Write("shapes.csv", Rows((x, y) => x > y ? "right" : "left"));
        CliRun run = CliRun.Of($"train --data {csv} --target kind --hidden 8 --epochs 40 --out {ModelPath}");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
        Assert.StartsWith($"data       {csv}: 144 to learn from, 16 to validate, 40 to test", run.Output);

        Assert.Matches(@"^900,-300: right (9\d|100)\.\d\d%, left", CliRun.Of($"predict {ModelPath} 900,-300").Output);
        Assert.Matches(@"^-900,300: left (9\d|100)\.\d\d%, right", CliRun.Of($"predict {ModelPath} -900,300").Output);
        string rows = _folder.Write("rows.csv", "x,y\n900,-300\n-900,300\n");
        CliRun file = CliRun.Of($"predict {ModelPath} {rows}");
        Assert.StartsWith($"{rows} line 2: right ", file.Lines[0]);
        Assert.StartsWith($"{rows} line 3: left ", file.Lines[1]);
        SavedModel saved = SavedModel.Load(ModelPath);
        Tensor scores = saved.Model.Forward(saved.Description.Scaling!.Apply(Tensor.From(new float[,] { { 900,
            -300 } })));
        Assert.Equal(["left", "right"], saved.Description.Classes!);
        Assert.True(scores.ToArray<float>() is [var left, var right] && right > left);
        Assert.Contains("test rows: 40 samples", CliRun.Of($"evaluate {ModelPath}").Output);
        Assert.Contains("all rows: 200 samples", CliRun.Of($"evaluate {ModelPath} --data {csv}").Output);
    }

    [Fact]
    public void Csv_with_a_number_as_target_predicts_in_its_units()
    {
        string csv = _folder.Write("line.csv", Rows((x, y) => $"{1000 + 0.5 * x - 0.25 * y}"));
        CliRun run = CliRun.Of($"train --data {csv} --target kind --model softmax --epochs 100 --out {ModelPath}");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Errors));
        Assert.Contains("R2 ", run.Output);

        JsonElement prediction = Assert.Single(CliRun.Of($"predict {ModelPath} 400,-200 --json").Events);
        Assert.Equal(1250, prediction.GetProperty("value").GetDouble(), 25.0);
        JsonElement evaluation = Assert.Single(CliRun.Of($"evaluate {ModelPath} --json").Events);
        Assert.InRange(evaluation.GetProperty("r2").GetDouble(), 0.99, 1);
        Assert.InRange(evaluation.GetProperty("rmse").GetDouble(), 0, 30);
    }

    [Fact]
    public void Interrupt_in_the_first_epoch_leaves_an_older_model_as_it_was()
    {
        string before = _folder.Write("model.safetensors", "an older model");
        CliRun run = CliRun.Of($"train --samples 300 --model softmax --out {before}",
            cancellation: new CancellationToken(true));
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Equal($"chainrule: interrupted: no epoch was finished; {before} is as it was.\n", run.Errors);
        Assert.Equal("an older model", File.ReadAllText(before));
    }

    [Fact]
    public void Interrupt_later_keeps_the_best_weights()
    {
        using var stop = new CancellationTokenSource();
        using var output = new StopAfter("\"event\":\"epoch\"", 2, stop);
        using var errors = new StringWriter { NewLine = "\n" };
        int code = CommandLine.Run(["train", "--samples", "600", "--model", "softmax", "--epochs", "1000", "--json",
            "--out", ModelPath],
            output, errors, stop.Token);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Matches($"^chainrule: interrupted: the best weights so far, of epoch [12], are in {ModelPath}.\n$",
            errors.ToString());
        JsonElement end = JsonDocument.Parse(output.Lines[^1]).RootElement;
        Assert.Equal(("end", "interrupted"), (end.GetProperty("event").GetString(),
            end.GetProperty("reason").GetString()));
        Assert.Equal(18, end.GetProperty("steps").GetInt64(), 6.0);              // 6 batches an epoch
        Assert.Equal([10, 784], SafeTensors.Read(ModelPath).Tensors["fc.weight"].Shape.Dims.ToArray());
    }

    [Fact]
    public void Loss_that_is_not_finite_names_step_and_layer_and_saves_nothing()
    {
        string page = Path.ChangeExtension(ModelPath, "html");
        CliRun run = CliRun.Of($"train --samples 400 --model mlp --lr 1e30 --out {ModelPath} --report {page}");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Equal(
            """
            chainrule: Fit: the loss is NaN at step 2 (epoch 1, batch 2).
              source: a layer gave NaN or an infinity for finite inputs and parameters.
              first layer: model.fc2 (Linear 128 -> 10)
              first operation: linear
              samples: 101, 300, 322, 33, 260, 355, 357, 241 and 56 more
              help: a lower rate (--lr) often keeps the loss finite.

            """.ReplaceLineEndings("\n"), run.Errors);
        Assert.False(File.Exists(ModelPath));
        Assert.Contains("<p class=\"wrong\">TrainingException: Fit: the loss is NaN at step 2 (epoch 1, batch 2).</p>",
            File.ReadAllText(page));
    }

    // 200 rows of two numbers from -1000 to 1000 and what a function makes of them.
    private static string Rows(Func<double, double, string> kind)
    {
        var rng = new Rng(11);
        var text = new System.Text.StringBuilder("x,y,kind\n");
        for (int i = 0; i < 200; i++)
        {
            double x = Math.Round(2000 * rng.NextDouble() - 1000), y = Math.Round(2000 * rng.NextDouble() - 1000);
            text.Append($"{x},{y},{kind(x, y)}\n");
        }
        return text.ToString();
    }

    /// <summary>Asks to stop once a text was written so many times.</summary>
    private sealed class StopAfter(string text, int times, CancellationTokenSource stop) : StringWriter
    {
        private int _seen;

        public string[] Lines => ToString().TrimEnd().Split(Environment.NewLine);

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value!.Contains(text, StringComparison.Ordinal) && ++_seen == times) stop.Cancel();
        }
    }
}
