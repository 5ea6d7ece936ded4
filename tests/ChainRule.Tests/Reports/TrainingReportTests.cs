using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Reports;
using ChainRule.Training;

namespace ChainRule.Tests.Reports;

/// <summary>The page about a training.</summary>
public sealed class TrainingReportTests
{
    [Fact]
    public void Report_holds_every_part_and_asks_no_network()
    {
        using TempFolder folder = new();
        string html = Train(folder["r/report.html"], Pictures(), epochs: 2);
        foreach (string expected in (string[])["<title>a &lt;test&gt;</title>", "finished after 2 epochs", "Loss",
            "Accuracy", "Loss by step", "Learning rate", "What is taken for what", "Samples", "Epochs", "Weights",
            "1.weight", "Linear 16 -&gt; 3", "Environment", "threads", "seed", "data:image/png;base64,", ">ape<"])
        {
            Assert.Contains(expected, html);
        }
        Assert.DoesNotContain("http", html);
        Assert.DoesNotContain("<script", html);
        Assert.Single(Directory.GetFiles(folder["r"]));              // no temporary file is left
    }

    [Fact]
    public void Report_of_numbers_shows_pairs()
    {
        using TempFolder folder = new();
        Sequential model = [new Linear(2, 1, rng: new Rng(1))];
        TensorDataset data = new(Tensor.Randn([8, 2], new Rng(2)), Tensor.Randn([8, 1], new Rng(3)));
        TrainingReport report = new(folder["report.html"], model) { Data = new DataLoader(data, 4) };
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1), (y, t) => F.MseLoss(y, t))
        {
            Callbacks = [report],
        };
        trainer.Fit(new DataLoader(data, 4));
        string html = File.ReadAllText(folder["report.html"]);
        Assert.Contains("Predicted and actual", html);
        Assert.DoesNotContain("What is taken for what", html);
    }

    [Fact]
    public void Report_changes_nothing_of_the_training()
    {
        using TempFolder folder = new();
        Layer with = Model(), without = Model();
        Fit(with, [new TrainingReport(folder["a.html"], with) { Data = new DataLoader(Pictures(), 4) }]);
        Fit(without, []);
        foreach (var ((_, a), (_, b)) in with.State().Zip(without.State())) Assert.Equal(a.ToDoubles(), b.ToDoubles());
    }

    [Fact]
    public void Curve_of_many_steps_stays_small_and_keeps_its_mean()
    {
        StepCurve curve = new();
        for (int i = 0; i < 100_000; i++) curve.Add(i % 2);
        Assert.InRange(curve.Means.Count, 512, 1024);
        Assert.All(curve.Means, m => Assert.Equal(0.5, m));
        Assert.InRange(curve.Steps[^1], 99_000, 100_000);
    }

    [Fact]
    public void Curve_goes_on_from_a_checkpoint()
    {
        using TempFolder folder = new();
        StepCurve curve = new(), again = new();
        for (int i = 0; i < 3001; i++) curve.Add(i);
        StateWriter state = new();
        curve.SaveState(state);
        SafeTensors.Write(folder["c.safetensors"], state.Tensors, state.Texts);
        again.LoadState(new StateReader(SafeTensors.Read(folder["c.safetensors"]), "c"));
        for (int i = 0; i < 50; i++)
        {
            curve.Add(i);
            again.Add(i);
        }
        Assert.Equal(curve.Means, again.Means);
        Assert.Equal(curve.Steps, again.Steps);
    }

    private static string Train(string path, Dataset data, int epochs)
    {
        Layer model = Model();
        TrainingReport report = new(path, model)
        {
            Title = "a <test>",
            Data = new DataLoader(data, 4),
            Classes = ["ape", "bee", "cat"],
            Settings = [("seed", "7")],
        };
        Fit(model, [report], epochs);
        return File.ReadAllText(path);
    }

    private static void Fit(Layer model, IReadOnlyList<ITrainingCallback> callbacks, int epochs = 2)
    {
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1), (y, t) => F.CrossEntropy(y, t), new Accuracy())
        {
            Callbacks = callbacks,
        };
        trainer.Fit(new DataLoader(Pictures(), 4, shuffle: true, new Rng(4)), new DataLoader(Pictures(), 4), epochs);
    }

    private static Sequential Model() =>
        [new Flatten(), new Linear(16, 3, rng: new Rng(5)), new Dropout(0.2, new Rng(6))];

    private static TensorDataset Pictures() => new(Tensor.Randn([12, 1, 4, 4], new Rng(1)),
        Tensor.From([.. Enumerable.Range(0, 12).Select(i => (long)i % 3)]));
}
