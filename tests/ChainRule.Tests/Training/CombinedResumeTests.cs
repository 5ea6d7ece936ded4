using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

/// <summary>
/// A training that uses everything at once goes on to the same bits from wherever it broke off: gradients accumulated
/// over batches of different sizes, an average with statistics of batch normalisation, a plateau, draws with
/// replacement, augmentation by several workers, callbacks that remember, and a failure inside an update's batches.
/// </summary>
public sealed class CombinedResumeTests : IDisposable
{
    private const int Epochs = 3, Samples = 44, Draws = 50, Batch = 12;

    // Batches that an epoch reads: 5 to learn from, in updates of 2, 2 and 1, and 3 to measure on.
    private const int Reads = 5;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Training_whose_data_fail_goes_on_to_the_same_bits(int workers)
    {
        string whole = new Run(null, workers).Fit();
        for (int read = 1; read <= Epochs * Reads; read++)
        {
            string folder = _folder[$"{read}"];
            Run broken = new(folder, workers);
            broken.Data.FailAt = read;
            Assert.Throws<DataException>(() => broken.Fit());
            // In the objects that were there, where they had got somewhere, and in new ones.
            Run next = new(folder, (workers + 1) % 4);
            if (read % 2 == 0 && Checkpoints.Latest(folder) is not null) next = broken;
            next.Trainer.Resume(folder);
            Assert.Equal(whole, next.Fit());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Training_whose_reader_leaves_goes_on_to_the_same_bits(int steps)
    {
        string whole = new Run(null, 2).Fit();
        Run left = new(_folder["left"], 2);
        await foreach (TrainingEvent e in left.Trainer.FitAsync(left.Train, left.Validation, Epochs))
        {
            if (e is StepEvent { Progress.Step: var step } && step == steps) break;
        }
        Run next = new(_folder["left"], 0);
        Assert.True(next.Trainer.Resume(_folder["left"]));
        Assert.InRange(next.Trainer.StepCount, steps, steps + 20);
        Assert.Equal(whole, next.Fit());
    }

    private sealed class Run
    {
        private readonly LayerWatch _watch;
        private readonly Losses _losses = new();

        public Run(string? folder, int workers)
        {
            Rng rng = new(7);
            Sequential model =
            [
                new Conv2d(1, 4, 3, rng: rng), new BatchNorm2d(4), new Relu(), new Flatten(), new Dropout(0.2, rng),
                new Linear(144, 3, rng: rng),
            ];
            Adam optimizer = new(model.Parameters(), 0.01);
            Accuracy accuracy = new();
            _watch = new LayerWatch(model) { EverySteps = 2 };
            Trainer = new Trainer(model, optimizer, Problems.CrossEntropy, accuracy, new ConfusionMatrix(3))
            {
                AccumulateBatches = 2,
                Average = new ExponentialAverage(0.8),
                Plateau = new ReduceLrOnPlateau(optimizer, PlateauGoal.Max, patience: 0, threshold: 0.5),
                Penalty = new WeightPenalty(1e-4, 1e-3, startEpoch: 2),
                ClipGradNorm = 1,
                MaxNorm = 1,
                KeepBest = true,
                Monitor = accuracy,
                Callbacks = [new EarlyStopping(patience: 3), _watch, _losses],
                Checkpoints = folder is null ? null : new Checkpoints(folder) { EverySteps = 1, KeepLast = 2 },
            };
            int[] classes = [.. Enumerable.Range(0, Samples).Select(i => i * i % 3)];
            Tensor pictures = Tensor.Randn([Samples, 1, 8, 8], new Rng(3));
            TensorDataset data = new(pictures, Tensor.From([.. classes.Select(c => (long)c)], [Samples]));
            Data = new Flaky(data);
            Train = new DataLoader(Data, Batch, rng: new Rng(5), workers: workers,
                sampler: new WeightedSampler([.. classes.Select(c => c + 0.5)], Draws), transforms:
                [new RandomAffine(20, 0.2, 0.8, 1.2, 10), new RandomHorizontalFlip(), new GaussianNoise(0.1)]);
            Validation = new DataLoader(data.Subset([.. Enumerable.Range(0, 20)]), 8, shuffle: true, new Rng(6));
        }

        public Trainer Trainer { get; }

        public Flaky Data { get; }

        public DataLoader Train { get; }

        public DataLoader Validation { get; }

        /// <summary>Trains to the end; everything that came of it.</summary>
        public string Fit()
        {
            TrainingHistory history = Trainer.Fit(Train, Validation, Epochs);
            IEnumerable<string> epochs = history.Epochs.Select(e =>
                $"{e.Training.Loss:R} {e.Training} {e.Validation!.Loss:R} {e.Validation} {e.LearningRate:R}");
            IEnumerable<string> health = _watch.Epochs.Select(
                e => string.Join(' ', e.Layers) + string.Join(' ', e.Relus));
            IEnumerable<string> weights = Trainer.Model.State().Select(
                s => $"{s.Key} {string.Join(' ', s.Value.ToDoubles().Select(v => $"{v:R}"))}");
            return string.Join(
                '\n', [.. epochs, $"{history.End} {history.BestEpoch}", .. health, .. _losses.All, .. weights]);
        }
    }

    /// <summary>Remembers the loss of every step, in a tensor.</summary>
    private sealed class Losses : ITrainingCallback, IStateful
    {
        private List<double> _losses = [];

        public IEnumerable<string> All => _losses.Select(l => $"{l:R}");

        public TrainingDecision OnStep(in TrainingProgress progress)
        {
            _losses.Add(progress.BatchLoss);
            return TrainingDecision.Continue;
        }

        public void SaveState(StateWriter state) => state.Add("losses", Tensor.From([.. _losses], [_losses.Count]));

        public void LoadState(StateReader state) => _losses = [.. state.Numbers<double>("losses")];
    }

    /// <summary>Fails once, at one of its readings, on whatever thread that is.</summary>
    private sealed class Flaky(Dataset data) : Dataset
    {
        private int _reads;

        public int FailAt { get; set; }

        public override int Count => data.Count;

        public override Batch Get(ReadOnlySpan<int> indices)
        {
            // Asked again for single samples, to find the one that is to blame, it fails again.
            if (FailAt > 0 && (indices.Length == 1 || Interlocked.Increment(ref _reads) == FailAt))
            {
                if (indices.Length == 1) FailAt = 0;
                throw new IOException("the disk is gone");
            }
            return data.Get(indices);
        }
    }
}
