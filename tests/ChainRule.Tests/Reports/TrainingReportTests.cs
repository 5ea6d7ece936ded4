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
        foreach (string expected in (string[])["<title>a &lt;test&gt;</title>", "2 of 2", "Loss", "Accuracy",
            "Loss by step", "Learning rate", "Confusion matrix", "of 12 new samples are right", "Epochs",
            "Weights", "1.weight", "Linear 16 -&gt; 3", "96 floating-point", "environment", "threads", "seed",
            "data:image/png;base64,", ">ape<"])
        {
            Assert.Contains(expected, html);
        }
        Assert.DoesNotContain("http", html);
        Assert.DoesNotContain("<script", html);
        Assert.Single(Directory.GetFiles(folder["r"]));              // no temporary file is left
    }

    [Theory]
    [InlineData(2)]
    [InlineData(12)]
    public void Report_says_which_layers_gradients_vanish(int depth)
    {
        using TempFolder folder = new();
        List<Layer> parts = [new Flatten(), new Linear(16, 8, rng: new Rng(1)), new Sigmoid()];
        for (int i = 2; i < depth; i++) parts.AddRange([new Linear(8, 8, rng: new Rng((ulong)i)), new Sigmoid()]);
        Sequential model = [.. parts, new Linear(8, 3, rng: new Rng(99))];
        LayerWatch layers = new(model);
        Fit(model, [layers, new TrainingReport(folder["a.html"], model) { Layers = layers }]);
        string html = File.ReadAllText(folder["a.html"]);
        Assert.Contains("Gradients and units", html);
        Assert.Contains("Norm of gradients", html);
        if (depth > 2) Assert.Contains("<p class=\"wrong\">model.1 (Linear 16 -&gt; 8): gradients vanish", html);
        else Assert.Contains("no layer's gradients explode or vanish", html);
    }

    [Fact]
    public void Report_gives_padded_sequences_with_their_lengths()
    {
        using TempFolder folder = new();
        int[] lengths = [1, 3, 2, 5, 4, 1];
        SequenceDataset data = new([.. lengths.Select(n => Tensor.Ones([n, 2]))],
            Tensor.From([.. lengths.Select(n => n > 2 ? 1 : 0)]));
        IsLong model = new();
        TrainingReport report = new(folder["a.html"], model) { Data = new(new DataLoader(data, 3)) };
        Trainer trainer = new(model, new Sgd(model.Parameters(), 1e-6), (y, t) => F.CrossEntropy(y, t))
        {
            Callbacks = [report],
        };
        trainer.Fit(new DataLoader(data, 3));
        string html = File.ReadAllText(folder["a.html"]);
        Assert.Contains("6 of 6 samples are right", html);
        Assert.Contains("<td>1, 1, 1, 1, 1, 1</td>", html);          // three steps of two, no padding
    }

    // Of 4 sequences of 3 steps one step counts nothing; of 4 rows one.
    [Theory]
    [InlineData(true, 11)]
    [InlineData(false, 3)]
    public void Report_counts_classes_of_steps_and_not_those_that_are_ignored(bool steps, int counted)
    {
        using TempFolder folder = new();
        long[] classes = steps ? [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, -100] : [0, 1, 2, -100];
        Rng rng = new(1);
        Tensor targets = steps ? Tensor.From(classes, [4, 3]) : Tensor.From(classes);
        TensorDataset data = new(Tensor.Randn(steps ? [4, 2, 3] : [4, 2], rng), targets);
        Sequential model = [steps ? new Conv1d(2, 3, 1, rng: rng) : new Linear(2, 3, rng: rng)];
        Trainer trainer = new(model, new Sgd(model.Parameters(), 1e-6), (y, t) => F.CrossEntropy(y, t))
        {
            Callbacks = [new TrainingReport(folder["a.html"], model) { Data = new(new DataLoader(data, 2)) }],
        };
        trainer.Fit(new DataLoader(data, 2));
        string html = File.ReadAllText(folder["a.html"]);
        Assert.Contains($" of {counted} samples are right", html);
        Assert.DoesNotContain("-100", html);
    }

    // Class 1 where there are more than two steps, by the lengths alone.
    private sealed class IsLong : SequenceLayer
    {
        private readonly Parameter _weight;

        public IsLong() => _weight = AddParameter("weight", Tensor.Ones([1]));

        protected override Tensor ForwardCore(SequenceBatch x)
        {
            Tensor over = x.Lengths.To(DType.Float32) - 2.5f;
            return Tensor.Stack([over * -1f, over], 1) * _weight;
        }
    }

    [Fact]
    public void Report_of_numbers_shows_pairs()
    {
        using TempFolder folder = new();
        Sequential model = [new Linear(2, 1, rng: new Rng(1))];
        TensorDataset data = new(Tensor.Randn([8, 2], new Rng(2)), Tensor.Randn([8, 1], new Rng(3)));
        TrainingReport report = new(folder["report.html"], model) { Data = new(new DataLoader(data, 4)) };
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1), (y, t) => F.MseLoss(y, t))
        {
            Callbacks = [report],
        };
        trainer.Fit(new DataLoader(data, 4));
        string html = File.ReadAllText(folder["report.html"]);
        Assert.Contains("Predicted and actual", html);
        Assert.DoesNotContain("Confusion matrix", html);
    }

    [Fact]
    public void Report_changes_nothing_of_the_training()
    {
        using TempFolder folder = new();
        Layer with = Model(), without = Model();
        Fit(with, [new TrainingReport(folder["a.html"], with) { Data = new(new DataLoader(Pictures(), 4)) }]);
        Fit(without, []);
        foreach (var ((_, a), (_, b)) in with.State().Zip(without.State())) Assert.Equal(a.ToDoubles(), b.ToDoubles());
    }

    [Fact]
    public void Curve_of_many_steps_stays_small_and_keeps_its_mean()
    {
        StepCurve curve = new();
        for (int i = 0; i < 100_000; i++) curve.Add(i + 1, i % 2);
        Assert.InRange(curve.Means.Count, 512, 1024);
        Assert.All(curve.Means, m => Assert.Equal(0.5, m));
        Assert.InRange(curve.Places[^1], 99_000, 100_000);
    }

    [Fact]
    public void Curve_goes_on_from_a_checkpoint()
    {
        using TempFolder folder = new();
        StepCurve curve = new(), again = new();
        for (int i = 0; i < 3001; i++) curve.Add(i, 0.1 * i);
        StateWriter state = new();
        curve.SaveState(state);
        SafeTensors.Write(folder["c.safetensors"], state.Tensors, state.Texts);
        again.LoadState(new StateReader(SafeTensors.Read(folder["c.safetensors"]), "c"));
        for (int i = 0; i < 50; i++)
        {
            curve.Add(i, 0.1 * i);
            again.Add(i, 0.1 * i);
        }
        Assert.Equal(curve.Means, again.Means);
        Assert.Equal(curve.Places, again.Places);
    }

    [Fact]
    public void Report_says_how_training_ended()
    {
        using TempFolder folder = new();
        string path = folder["a.html"];
        Assert.Contains(", finished after ", Ended([]));
        Assert.Contains(", stopped early after ", Ended([new StopAfter(4)]));
        using CancellationTokenSource cancel = new();
        Assert.Contains(", interrupted after ", Ended([new StopAfter(4, cancel.Cancel)], token: cancel.Token));
        string failed = Ended([new StopAfter(4, () => throw new IOException("no <room>\nleft"))]);
        Assert.Contains(", failed after ", failed);
        Assert.Contains("<p class=\"wrong\">IOException: no &lt;room&gt;</p>\n<p>left</p>\n", failed);
        Assert.Contains("Confusion matrix", failed);

        // What cannot be run any more keeps nobody from saying so.
        int batches = 0;
        Lambda breaks = new("breaks", x => ++batches < 10 ? x : throw new InvalidOperationException("out of order"));
        string broken = Ended([], breaks);
        Assert.Contains("<p class=\"wrong\">InvalidOperationException: out of order</p>", broken);
        Assert.Contains("Loss by step", broken);
        Assert.DoesNotContain("under way", broken);

        string Ended(ITrainingCallback[] others, Layer? last = null, CancellationToken token = default)
        {
            Sequential model = [.. Model(), .. last is null ? Array.Empty<Layer>() : [last]];
            TrainingReport report = new(path, model) { Data = new(new DataLoader(Pictures(), 4)) };
            Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1), (y, t) => F.CrossEntropy(y, t))
            {
                Callbacks = [report, .. others],
            };
            Record.Exception(() => trainer.Fit(new DataLoader(Pictures(), 4), epochs: 3, cancellationToken: token));
            return File.ReadAllText(path);
        }
    }

    [Fact]
    public void Report_of_a_training_that_went_on_has_the_curves_of_the_whole()
    {
        using TempFolder folder = new();
        string whole = folder["whole.html"], part = folder["part.html"], runs = folder["runs"];
        Run(whole, new StopAfter(int.MaxValue));
        Run(part, new StopAfter(5));                                 // in the second epoch
        Assert.Contains("stopped early", File.ReadAllText(part));
        Assert.NotEqual(Svg(whole, "Loss by step"), Svg(part, "Loss by step"));
        Run(part, new StopAfter(int.MaxValue));
        foreach (string title in (string[])["Loss", "Accuracy", "Loss by step", "Learning rate"])
            Assert.Equal(Svg(whole, title), Svg(part, title));

        void Run(string path, StopAfter stop)
        {
            Layer model = Model();
            Trainer trainer = new(
                model, new Sgd(model.Parameters(), 0.1), (y, t) => F.CrossEntropy(y, t), new Accuracy())
            {
                Callbacks = [new TrainingReport(path, model) { Data = new(new DataLoader(Pictures(), 4)) }, stop],
                Checkpoints = path == part ? new Checkpoints(runs) : null,
            };
            trainer.Resume(path == part ? runs : folder["none"]);
            trainer.Fit(new DataLoader(Pictures(), 4, shuffle: true, new Rng(4)), epochs: 3);
        }

        static string Svg(string path, string title)
        {
            string html = File.ReadAllText(path);
            int at = html.IndexOf($"<title>{title}</title>\n<rect", StringComparison.Ordinal);
            Assert.True(at > 0, title);
            return html[at..html.IndexOf("</svg>", at, StringComparison.Ordinal)];
        }
    }

    private sealed class StopAfter(int steps, Action? instead = null) : ITrainingCallback
    {
        private int _seen;

        public TrainingDecision OnStep(in TrainingProgress progress)
        {
            if (++_seen != steps) return TrainingDecision.Continue;
            instead?.Invoke();
            return instead is null ? TrainingDecision.Stop : TrainingDecision.Continue;
        }
    }

    private static string Train(string path, Dataset data, int epochs)
    {
        Layer model = Model();
        TrainingReport report = new(path, model)
        {
            Title = "a <test>",
            Data = new ReportData(new DataLoader(data, 4)) { Name = "new", Classes = ["ape", "bee", "cat"] },
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
