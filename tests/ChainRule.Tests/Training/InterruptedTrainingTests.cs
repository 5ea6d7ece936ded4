using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

/// <summary>
/// Trainings that go on to other bits are refused; those whose interruption falls on an unusual moment do not.
/// </summary>
public sealed class InterruptedTrainingTests : IDisposable
{
    private const int Samples = 44, Batch = 12, BatchesPerEpoch = 4;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static int[] Classes(int shift) => [.. Enumerable.Range(shift, Samples).Select(i => i * i % 3)];

    private static double[] Weights(double first) => [first, .. Enumerable.Repeat(1.0, Samples - 1)];

    private static readonly Dictionary<string, (Func<DataLoader> Then, Func<DataLoader> Now, string Expected)> Others =
        new()
        {
            ["kind of sampler"] = (
                () => Loader(new StratifiedSampler(Classes(0))), () => Loader(new ShuffledSampler(Samples)),
                "'loop.train.sampler' is StratifiedSampler; this loader has ShuffledSampler."),
            ["shuffling"] = (() => Loader(shuffle: true), () => Loader(),
                "'loop.train.sampler' is ShuffledSampler; this loader has SequentialSampler."),
            ["weights"] = (
                () => Loader(new WeightedSampler(Weights(9))), () => Loader(new WeightedSampler(Weights(1))),
                "; the order of epoch 0 that this loader's WeightedSampler gives has the checksum "),
            ["replacement"] = (
                () => Loader(new WeightedSampler(Weights(1))),
                () => Loader(new WeightedSampler(Weights(1), replacement: false)),
                "; the order of epoch 0 that this loader's WeightedSampler gives has the checksum "),
            ["draws"] = (
                () => Loader(new WeightedSampler(Weights(1))), () => Loader(new WeightedSampler(Weights(1), 40)),
                "; the order of epoch 0 that this loader's WeightedSampler gives has the checksum "),
            ["lengths"] = (
                () => Loader(new BucketSampler(Classes(0))), () => Loader(new BucketSampler(Classes(1))),
                "; the order of epoch 0 that this loader's BucketSampler gives has the checksum "),
            ["classes"] = (
                () => Loader(new StratifiedSampler(Classes(0))), () => Loader(new StratifiedSampler(Classes(1))),
                "; the order of epoch 0 that this loader's StratifiedSampler gives has the checksum "),
            ["last batch"] = (() => Loader(), () => Loader(dropLast: true),
                "'loop.train.dropLast' is False; this loader has True."),
            ["transforms"] = (() => Loader(transforms: [new Scale(0.5f)]),
                () => Loader(transforms: [new Scale(0.5f), new FlattenSamples()]),
                "'loop.train.transforms' is Scale; this loader has Scale, FlattenSamples."),
            ["no transforms"] = (() => Loader(transforms: [new Scale(0.5f)]), () => Loader(),
                "'loop.train.transforms' is Scale; this loader has none."),
        };

    public static TheoryData<string> LoaderNames => [.. Others.Keys];

    [Theory]
    [MemberData(nameof(LoaderNames))]
    public void Resume_with_a_loader_of_other_batches_is_refused(string name)
    {
        (Func<DataLoader> then, Func<DataLoader> now, string expected) = Others[name];
        float[] whole = Cut(2, then);
        Trainer trainer = Make();
        trainer.Resume(_folder.Root);
        CheckpointException e = Assert.Throws<CheckpointException>(() => trainer.Fit(now(), epochs: 2));
        Assert.Contains(expected, e.Message);
        Assert.Equal(Checkpoints.Latest(_folder.Root), e.File);
        // Nothing is lost by the mistake: with the right loader the same trainer goes on.
        trainer.Fit(then(), epochs: 2);
        Assert.Equal(whole, Problems.Weights(trainer.Model));
    }

    [Fact]
    public void Resume_with_another_validation_is_refused()
    {
        DataLoader validation = new(Problems.Sectors(20, 2), 10);
        Trainer first = Make();
        first.Fit(Loader(), validation);
        Assert.StartsWith("Checkpoint: 'loop.validation' is the place of a validation loader; this training has none.",
            Refused(Make(), null));
        Assert.StartsWith("Checkpoint: 'loop.validation.batchSize' is 10; this loader's batches have 20 samples.",
            Refused(Make(), new DataLoader(Problems.Sectors(20, 2), 20)));

        string Refused(Trainer trainer, DataLoader? other)
        {
            trainer.Resume(_folder.Root);
            return Assert.Throws<CheckpointException>(() => trainer.Fit(Loader(), other, epochs: 2)).Message;
        }
    }

    [Fact]
    public void Resume_of_a_training_of_other_parts_is_refused()
    {
        Make().Fit(Loader());
        Assert.Equal("'accumulateBatches' is 1; this trainer has 2.", Problem(
            (m, o) => new Trainer(m, o, Problems.CrossEntropy) { AccumulateBatches = 2 }));
        Assert.Equal("'scheduleKind' is none; this training has StepLr by Epoch.", Problem(
            (m, o) => new Trainer(m, o, Problems.CrossEntropy) { Schedule = new StepLr(o, 2) }));
        Assert.Equal("'averageKind' is none; this training has ExponentialAverage.", Problem(
            (m, o) => new Trainer(m, o, Problems.CrossEntropy) { Average = new ExponentialAverage() }));
        Assert.Equal("'plateauKind' is none; this training has ReduceLrOnPlateau.", Problem(
            (m, o) => new Trainer(m, o, Problems.CrossEntropy) { Plateau = new ReduceLrOnPlateau(o) }));
        Assert.Equal("'metricNames' is none; this training has accuracy.", Problem(
            (m, o) => new Trainer(m, o, Problems.CrossEntropy, new Accuracy())));
        Assert.Equal("'keepBest' is False; this training has True.", Problem(
            (m, o) => new Trainer(m, o, Problems.CrossEntropy) { KeepBest = true }));

        string Problem(Func<Sequential, Sgd, Trainer> make)
        {
            Sequential model = Problems.Mlp(1);
            Trainer trainer = make(model, new Sgd(model.Parameters()));
            CheckpointException e = Assert.Throws<CheckpointException>(() =>
            {
                trainer.Resume(_folder.Root);
                trainer.Fit(Loader(), epochs: 2);
            });
            return e.Problem.Replace("loop.", "");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Training_cancelled_while_it_validates_goes_on_to_the_same_bits(int epoch)
    {
        (float[] whole, string history) = Run(null, 0, false);
        Assert.EndsWith("Cancelled", Run(_folder.Root, epoch, false).History);
        (float[] weights, string resumed) = Run(_folder.Root, 0, true);
        Assert.Equal(whole, weights);
        Assert.Equal(history, resumed);

        static (float[] Weights, string History) Run(string? folder, int cut, bool resume)
        {
            using CancellationTokenSource cancel = new();
            Sequential model = Problems.Mlp(1);
            Trainer trainer = new(
                model, new Adam(model.Parameters(), 0.01), Problems.CrossEntropy, new CutMetric(cancel, cut))
            {
                Average = new StochasticAverage(1),
                Checkpoints = folder is null ? null : new Checkpoints(folder),
            };
            if (resume) Assert.True(trainer.Resume(folder!));
            TrainingHistory h = trainer.Fit(
                Loader(shuffle: true), new DataLoader(Problems.Sectors(20, 2), 3, shuffle: true, new Rng(8)), 3,
                cancel.Token);
            return (Problems.Weights(model), string.Join(
                '\n', h.Epochs.Select(e => $"{e.Training.Loss:R} {e.Validation!.Loss:R}")) + h.End);
        }
    }

    [Fact]
    public void Training_that_was_stopped_early_does_not_train_when_it_is_resumed()
    {
        EarlyStopping Rule() => new(patience: 0, minChange: 10);
        Trainer first = Make(Rule());
        TrainingHistory stopped = first.Fit(Loader(), epochs: 9);
        Assert.Equal((TrainingEnd.Stopped, 2), (stopped.End, stopped.Epochs.Count));
        Trainer again = Make(Rule());
        again.Resume(_folder.Root);
        TrainingHistory resumed = again.Fit(Loader(), epochs: 9);
        Assert.Equal((TrainingEnd.Stopped, 2), (resumed.End, resumed.Epochs.Count));
        Assert.Equal(Problems.Weights(first.Model), Problems.Weights(again.Model));
        // More patience takes it further.
        Trainer patient = Make(new EarlyStopping(patience: 3, minChange: 10));
        patient.Resume(_folder.Root);
        Assert.Equal(4, patient.Fit(Loader(), epochs: 9).Epochs.Count);
    }

    [Fact]
    public void Early_stopping_begins_anew_with_every_training()
    {
        EarlyStopping rule = new(patience: 2, minChange: 10);
        Trainer trainer = Unsaved(rule);
        Assert.Equal(3, trainer.Fit(Loader(), epochs: 9).Epochs.Count);
        Assert.Equal(3, trainer.Fit(Loader(), epochs: 9).Epochs.Count);
    }

    [Fact]
    public void Layers_that_were_thawed_while_training_stay_so_when_it_goes_on()
    {
        float[] whole = Thawing(null, null);
        for (int stop = 2; stop <= 3 * BatchesPerEpoch; stop++)
        {
            string folder = _folder[$"{stop}"];
            Assert.Throws<InvalidOperationException>(() => Thawing(folder, new ResumeTests.Stopper(stop)));
            Assert.Equal(whole, Thawing(folder, null));
        }
    }

    // The first layers begin to learn after the first epoch, and the middle one stops.
    private static float[] Thawing(string? folder, ResumeTests.Stopper? stopper)
    {
        Rng rng = new(2);
        Sequential first = [new Linear(2, 8, rng: rng), new BatchNorm1d(8)], middle = [new Linear(8, 8, rng: rng)];
        Sequential model = [first, new Relu(), middle, new BatchNorm1d(8), new Relu(), new Linear(8, 3, rng: rng)];
        first.Freeze();
        first.Eval();
        Trainer trainer = new(model, new Adam(model.Parameters(), 0.01), Problems.CrossEntropy)
        {
            Checkpoints = folder is null ? null : new Checkpoints(folder) { EverySteps = 1 },
            Callbacks = [new AfterFirst(Change), .. stopper is null ? Array.Empty<ITrainingCallback>() : [stopper]],
        };
        if (folder is not null && stopper is null) Assert.True(trainer.Resume(folder));
        trainer.Fit(Loader(shuffle: true), new DataLoader(Problems.Sectors(20, 2), 10), epochs: 3);
        Assert.False(first.Parameters()[0].Frozen);
        Assert.True(first.Children[1].Module.IsTraining && !model.Children[3].Module.IsTraining);
        return [.. model.State().SelectMany(s => s.Value.To(DType.Float32).ToArray<float>())];

        void Change()
        {
            first.Unfreeze();
            first.Train();
            middle.Freeze();
            model.Children[3].Module.Eval();
        }
    }

    private sealed class AfterFirst(Action action) : ITrainingCallback
    {
        public TrainingDecision OnEpoch(EpochResult result)
        {
            if (result.Epoch == 1) action();
            return TrainingDecision.Continue;
        }
    }

    [Fact]
    public void Callback_that_remembers_only_tensors_gets_them_back()
    {
        Trainer first = Make(new Sum());
        first.Fit(Loader(), epochs: 1);
        Sum sum = new();
        Trainer second = Make(sum);
        second.Resume(_folder.Root);
        second.Fit(Loader(), epochs: 2);
        Assert.Equal([2 * BatchesPerEpoch], sum.Steps);
    }

    [Fact]
    public void Average_of_a_second_training_begins_with_it()
    {
        Sequential a = Problems.Mlp(1), b = Problems.Mlp(1);
        Trainer first = Averaged(a);
        first.Fit(Loader(), epochs: 2);
        foreach (var (from, to) in a.Parameters().Zip(b.Parameters())) to.Set(from.Value);
        first.Fit(Loader(), epochs: 1);
        Averaged(b).Fit(Loader(), epochs: 1);
        Assert.Equal(Problems.Weights(b), Problems.Weights(a));

        static Trainer Averaged(Sequential model) =>
            new(model, new Sgd(model.Parameters(), 0.1), Problems.CrossEntropy) { Average = new ExponentialAverage() };
    }

    [Fact]
    public void Failure_is_told_to_every_callback_and_thrown_whatever_they_do()
    {
        Ends first = new(), last = new();
        Trainer trainer = Make(first, new Ends("the disk is full"), new ResumeTests.Stopper(2), last);
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => trainer.Fit(Loader()));
        Assert.Equal(ResumeTests.Stopper.Text, e.Message);
        Assert.Equal([(TrainingEnd.Failed, e)], first.All);
        Assert.Equal([(TrainingEnd.Failed, e)], last.All);

        last = new();
        trainer = Unsaved(new Ends("the disk is full"), last);
        Assert.Equal("the disk is full", Assert.Throws<IOException>(() => trainer.Fit(Loader())).Message);
        Assert.Equal([(TrainingEnd.Finished, null)], last.All);
    }

    // The weights of a whole training; the folder then holds the checkpoint before its step.
    private float[] Cut(int step, Func<DataLoader> loader)
    {
        Assert.Throws<InvalidOperationException>(
            () => Make(new ResumeTests.Stopper(step)).Fit(loader(), epochs: 2));
        Trainer whole = Unsaved();
        whole.Fit(loader(), epochs: 2);
        return Problems.Weights(whole.Model);
    }

    private Trainer Make(params ITrainingCallback[] callbacks) => Make(_folder.Root, callbacks);

    private static Trainer Unsaved(params ITrainingCallback[] callbacks) => Make(null, callbacks);

    private static Trainer Make(string? folder, ITrainingCallback[] callbacks)
    {
        Sequential model = Problems.Mlp(1);
        return new Trainer(model, new Sgd(model.Parameters(), 0.1), Problems.CrossEntropy)
        {
            Checkpoints = folder is null ? null : new Checkpoints(folder) { EverySteps = 1 },
            Callbacks = callbacks,
        };
    }

    private static DataLoader Loader(Sampler? sampler = null, bool shuffle = false, bool dropLast = false,
        IReadOnlyList<Transform>? transforms = null) =>
        new(Problems.Sectors(Samples, 1), Batch, shuffle, new Rng(5), dropLast, transforms, sampler: sampler);

    /// <summary>Cancels while the batches of a validation are measured.</summary>
    private sealed class CutMetric(CancellationTokenSource cancel, int epoch) : Metric, IStateful
    {
        private long _sum;
        private int _resets;

        public override string Name => "sum";

        public override bool HigherIsBetter => true;

        // Of an epoch's training, then of its validation.
        public override void Reset() => (_sum, _resets) = (0, _resets + 1);

        public override void Add(Tensor output, Tensor target)
        {
            _sum += target.Count;
            if (_resets == 2 * epoch) cancel.Cancel();
        }

        public override double Value => _sum;

        public override void SaveState(StateWriter state) => state.Add("sum", _sum);

        public override void LoadState(StateReader state) => _sum = state.Whole("sum");
    }

    private sealed class Sum : ITrainingCallback, IStateful
    {
        public long[] Steps { get; private set; } = [0];

        public TrainingDecision OnStep(in TrainingProgress progress)
        {
            Steps[0]++;
            return TrainingDecision.Continue;
        }

        public void SaveState(StateWriter state) => state.Add("steps", Tensor.From(Steps));

        public void LoadState(StateReader state) => Steps = state.Numbers<long>("steps", 1);
    }

    private sealed class Ends(string? fails = null) : ITrainingCallback
    {
        public List<(TrainingEnd End, Exception? Failure)> All { get; } = [];

        public void OnEnd(TrainingHistory history)
        {
            All.Add((history.End, history.Failure));
            if (fails is not null) throw new IOException(fails);
        }
    }
}
