using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

/// <summary>
/// A training that ends after any step and goes on in new objects gives the weights of one that was never interrupted.
/// </summary>
public sealed class ResumeTests
{
    private const int Epochs = 3, StepsPerEpoch = 4;

    private static readonly Dictionary<string, Func<Checkpoints?, Stopper?, Run>> Runs = new()
    {
        ["adam, dropout, cosine, best"] = (c, s) =>
        {
            Rng rng = new(1);
            Sequential model =
            [
                new Linear(2, 32, rng: rng), new BatchNorm1d(32), new Relu(), new Dropout(0.3, rng),
                new Linear(32, 3, rng: rng),
            ];
            Adam optimizer = new(model.Parameters(), 0.02);
            Metric[] metrics = [new Accuracy(), new ConfusionMatrix(3)];
            return Of(model, new Trainer(model, optimizer, Problems.CrossEntropy, metrics)
            {
                Schedule = new CosineAnnealingLr(optimizer, Epochs * StepsPerEpoch),
                ScheduleUnit = ScheduleUnit.Step,
                KeepBest = true,
                Checkpoints = c,
                Callbacks = Stop(s),
            });
        },
        ["sgd, cycled momentum, average, penalty"] = (c, s) =>
        {
            Sequential model = Problems.Mlp(2);
            Sgd optimizer = new(model.Parameters(), 0.1, momentum: 0.9);
            return Of(model, new Trainer(model, optimizer, Problems.CrossEntropy, new Accuracy())
            {
                Schedule = new OneCycleLr(optimizer, 0.2, Epochs * StepsPerEpoch),
                ScheduleUnit = ScheduleUnit.Step,
                Average = new ExponentialAverage(0.9),
                Penalty = new WeightPenalty(1e-3, 1e-3, startEpoch: 2),
                MaxNorm = 2,
                ClipGradNorm = 1,
                Checkpoints = c,
                Callbacks = Stop(s),
            });
        },
        ["accumulated, plateau, early stopping, weights of epochs"] = (c, s) =>
        {
            Sequential model = Problems.Mlp(3);
            RmsProp optimizer = new(model.Parameters(), 0.01);
            return Of(model, new Trainer(model, optimizer, Problems.CrossEntropy, new Accuracy())
            {
                Plateau = new ReduceLrOnPlateau(optimizer, patience: 0, threshold: 0.5),
                AccumulateBatches = 2,
                Average = new StochasticAverage(2),
                Checkpoints = c,
                Callbacks = [new EarlyStopping(2, 0.5), .. Stop(s)],
            });
        },
    };

    public static TheoryData<string> Names => [.. Runs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Training_ended_after_any_step_goes_on_to_the_same_bits(string name)
    {
        (double[] weights, TrainingHistory history) = Fit(Runs[name](null, null));
        int steps = (int)Runs[name](null, null).Train.BatchCount * Epochs;
        for (int stop = 1; stop <= steps; stop++)
        {
            using TempFolder folder = new();
            Checkpoints checkpoints = new(folder.Root) { EverySteps = 1, KeepLast = 1 };
            Stopper stopper = new(stop);
            Exception? cut = Record.Exception(() => Fit(Runs[name](checkpoints, stopper)));
            if (stopper.Steps < stop) break;    // it had no more steps
            Assert.Equal(Stopper.Text, cut?.Message);
            Run second = Runs[name](checkpoints, null);
            Assert.True(stop == 1 || second.Trainer.Resume(folder.Root));
            (double[] again, TrainingHistory all) = Fit(second);
            Assert.Equal(weights, again);
            Assert.Equal(history.End, all.End);
            Assert.Equal(history.BestEpoch, all.BestEpoch);
            Assert.Equal(
                history.Epochs.Select(e => (e.Epoch, e.Training.ToString(), e.Validation!.ToString(), e.LearningRate)),
                all.Epochs.Select(e => (e.Epoch, e.Training.ToString(), e.Validation!.ToString(), e.LearningRate)));
        }
    }

    [Fact]
    public void Cancelled_training_leaves_a_checkpoint_of_its_last_step()
    {
        using TempFolder folder = new();
        (double[] weights, _) = Fit(Runs["adam, dropout, cosine, best"](null, null));
        using CancellationTokenSource source = new();
        Run first = Runs["adam, dropout, cosine, best"](new Checkpoints(folder.Root), new Stopper(6, source.Cancel));
        TrainingHistory cut = first.Trainer.Fit(first.Train, first.Validation, Epochs, source.Token);
        Assert.Equal((TrainingEnd.Cancelled, 6L), (cut.End, first.Trainer.StepCount));
        Assert.EndsWith("checkpoint-000000006.safetensors", Checkpoints.Latest(folder.Root));
        Run second = Runs["adam, dropout, cosine, best"](new Checkpoints(folder.Root), null);
        Assert.True(second.Trainer.Resume(folder.Root));
        Assert.Equal(weights, Fit(second).Weights);
    }

    [Fact]
    public void Last_checkpoints_and_the_best_are_kept()
    {
        using TempFolder folder = new();
        Fit(Runs["adam, dropout, cosine, best"](new Checkpoints(folder.Root) { KeepLast = 2 }, null));
        Assert.Equal(
            ["best.safetensors", "checkpoint-000000008.safetensors", "checkpoint-000000012.safetensors"],
            Directory.GetFiles(folder.Root).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Fit_refuses_a_folder_of_another_training()
    {
        using TempFolder folder = new();
        Fit(Runs["adam, dropout, cosine, best"](new Checkpoints(folder.Root), null));
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(
            () => Fit(Runs["adam, dropout, cosine, best"](new Checkpoints(folder.Root), null)));
        Assert.Equal($"Fit: '{folder.Root}' holds checkpoint-000000012.safetensors of an earlier training. "
            + "Call Resume to go on with it, or choose another folder.", e.Message);
    }

    [Fact]
    public void Resume_says_what_does_not_fit()
    {
        using TempFolder folder = new();
        Fit(Runs["adam, dropout, cosine, best"](new Checkpoints(folder.Root), null));
        string file = Checkpoints.Latest(folder.Root)!;
        Assert.False(Runs["adam, dropout, cosine, best"](null, null).Trainer.Resume(folder["nothing"]));
        Assert.Equal("LoadState: the model file is of another model: it lacks '2.weight', '2.bias' and holds "
            + "'1.bias', '1.num_batches_tracked', '1.running_mean', '1.running_var', '1.weight' and 2 more."
            + $"\n  file: {file}",
            Message(() => Other((m, p) => new Adam(p)).Resume(file)));
        Assert.Equal($"Checkpoint: 'optimizerKind' is Adam; this training has Sgd.\n  file: {file}",
            Message(() => Other((m, p) => new Sgd(p)).Resume(file)));
        string weights = folder["weights.safetensors"];
        Problems.Mlp(1).Save(weights);
        Assert.Equal(
            $"Checkpoint: the file holds weights or something else, not a training that can go on.\n  file: {weights}",
            Message(() => Other((m, p) => new Sgd(p)).Resume(weights)));
        Assert.Throws<FileNotFoundException>(() => Other((m, p) => new Sgd(p)).Resume(folder["no.safetensors"]));
        Run run = Runs["adam, dropout, cosine, best"](new Checkpoints(folder.Root), null);
        run.Trainer.Resume(folder.Root);
        Assert.Equal(
            $"Checkpoint: 'loop.train.batchSize' is 25; this loader's batches have 20 samples.\n  file: {file}",
            Message(() => run.Trainer.Fit(new DataLoader(Problems.Sectors(100, 1), 20), run.Validation, 5)));
    }

    [Theory]
    [InlineData("step", "-1", "expected 0 or more.")]
    [InlineData("schedule", "-7", "expected 0 or more.")]
    [InlineData("loop.seconds", "NaN", "expected seconds that have passed.")]
    [InlineData("loop.seconds", "1e300", "expected seconds that have passed.")]
    [InlineData("loop.epoch.seconds", "-1", "expected seconds that have passed.")]
    [InlineData("loop.train.epoch", "9223372036854775807", "expected 0 or more.")]
    [InlineData("optimizer.param_groups.0.lr", "NaN",
        "expected 0 or more; the state is that of another model or of another kind of optimiser.")]
    [InlineData("optimizer.state.0.step", "-2",
        "expected 0 or more; the state is that of another model or of another kind of optimiser.")]
    public void Number_that_no_training_can_have_is_refused(string key, string value, string expected)
    {
        using TempFolder folder = new();
        const string name = "adam, dropout, cosine, best";
        Fit(Runs[name](new Checkpoints(folder.Root), null));
        string file = Checkpoints.Latest(folder.Root)!;
        SafeTensorsContent content = SafeTensors.Read(file);
        Assert.Contains(key, content.Metadata.Keys);
        // As of version 1, without the checksum that would tell.
        Dictionary<string, string> texts = new(content.Metadata) { [key] = value, ["version"] = "1" };
        texts.Remove("checksum");
        SafeTensors.Write(file, content.Tensors.Select(t => (t.Key, t.Value)), texts);
        CheckpointException e = Assert.Throws<CheckpointException>(() =>
        {
            Run run = Runs[name](null, null);
            run.Trainer.Resume(file);
            run.Trainer.Fit(run.Train, run.Validation, Epochs, new CancellationToken(canceled: true));
        });
        Assert.Equal((file, key), (e.File, e.Key));
        Assert.EndsWith(expected, e.Problem);
        Assert.Contains(value == "9223372036854775807" ? "is 9" : $"is {value}", e.Problem);
    }

    private static Trainer Other(Func<Module, IReadOnlyList<Parameter>, Optimizer> optimizer)
    {
        Sequential model = Problems.Mlp(1);
        return new Trainer(model, optimizer(model, model.Parameters()), Problems.CrossEntropy);
    }

    private static string Message(Action action) => Assert.Throws<CheckpointException>(action).Message;

    private static ITrainingCallback[] Stop(Stopper? stopper) => stopper is null ? [] : [stopper];

    private static Run Of(Sequential model, Trainer trainer) => new(
        model, trainer, new DataLoader(Problems.Sectors(100, 1), 25, shuffle: true, new Rng(5)),
        new DataLoader(Problems.Sectors(50, 2), 50));

    private static (double[] Weights, TrainingHistory History) Fit(Run run)
    {
        TrainingHistory history = run.Trainer.Fit(run.Train, run.Validation, Epochs);
        return ([.. run.Model.State().SelectMany(s => s.Value.ToDoubles())], history);
    }

    internal sealed record Run(Sequential Model, Trainer Trainer, DataLoader Train, DataLoader Validation);

    /// <summary>Ends a training like a power cut: before the checkpoint of its step.</summary>
    internal sealed class Stopper(int step, Action? instead = null) : ITrainingCallback
    {
        public const string Text = "power cut";

        public int Steps { get; private set; }

        public TrainingDecision OnStep(in TrainingProgress progress)
        {
            if (++Steps != step) return TrainingDecision.Continue;
            if (instead is null) throw new InvalidOperationException(Text);
            instead();
            return TrainingDecision.Continue;
        }
    }
}
