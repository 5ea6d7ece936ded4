using System.Diagnostics;
using ChainRule.Data;
using ChainRule.Models;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Bench;

/// <summary>
/// What <see cref="Trainer"/> costs over the loop it wraps, on the network for MNIST: with accuracy, the check for NaN,
/// progress and a checkpoint an epoch, which is shared out over the batches of a whole epoch of MNIST.
/// </summary>
internal static class TrainerSuite
{
    private const int BatchSize = 64, EpochOfMnist = (60_000 + BatchSize - 1) / BatchSize, MostBatches = 400;

    public static int Run(string[] args)
    {
        SuiteOptions? options = SuiteOptions.Read("trainer", args, ["mnist_cnn"], rounds: 9, seconds: 3);
        if (options is null) return 2;
        Report report = new(
            "trainer", options, new("network", -12), new("threads", 8), new("loop", 12), new("Trainer", 12),
            new("ratio", 8), new("checkpoint", 12), new("overhead", 10));
        Peak.Print(options, report);
        Console.WriteLine($"{options.Rounds} turns each; medians in microseconds a step of {BatchSize} samples. "
            + $"Overhead: ratio - 1, and a checkpoint for {EpochOfMnist} steps.\n");
        report.Head();
        foreach (int threads in options.Threads) Measure(threads, options, report);
        report.Finish();
        return 0;
    }

    private static void Measure(int threads, SuiteOptions options, Report report)
    {
        Compute.Threads = threads;
        Session session = new(options.Seconds);
        List<double> loop = [], trainer = [], checkpoint = [];
        for (int round = -1; round < options.Rounds; round++)
        {
            double byHand = session.Loop();
            (double wrapped, double saving) = session.Trainer();
            if (round < 0) continue;                                 // the first of each warms up
            loop.Add(byHand);
            trainer.Add(wrapped);
            checkpoint.Add(saving);
        }
        double own = Median.Of(loop), other = Median.Of(trainer), saved = Median.Of(checkpoint);
        double overhead = (other / own) - 1 + (saved / (EpochOfMnist * own));
        report.Row("mnist_cnn", $"{threads}", Report.Text(own, 1), Report.Text(other, 1), Report.Text(other / own, 4),
            Report.Text(saved, 0), Report.Text(100 * overhead, 2) + " %");
        report.Json("mnist_cnn", threads, ("loop_us", own), ("trainer_us", other), ("ratio", other / own),
            ("checkpoint_us", saved), ("overhead", overhead));
    }

    /// <summary>One network, one optimiser and one loader, for both sides.</summary>
    private sealed class Session
    {
        private readonly Rng _rng = new(1);
        private readonly MnistCnn _model;
        private readonly Adam _optimizer;
        private readonly DataLoader _data;

        public Session(double seconds)
        {
            _model = new MnistCnn(rng: _rng);
            // A tiny rate, so that nothing is learnt by heart: saturated networks make denormal numbers.
            _optimizer = new Adam(_model.Parameters(), learningRate: 1e-6);
            _data = Data(8);
            Loop();                                                  // compiles
            _data = Data(Math.Clamp((int)(seconds * 1e6 / Loop()), 4, MostBatches));
        }

        /// <summary>The loop written by hand; returns microseconds a step.</summary>
        public double Loop()
        {
            long begin = Stopwatch.GetTimestamp();
            double sum = 0;
            foreach ((Tensor input, Tensor target) in _data)
            {
                using Step step = Step.Begin();
                Tensor loss = F.CrossEntropy(_model.Forward(input), target);
                sum += loss.Item();
                _optimizer.ZeroGrad();
                loss.Backward();
                _optimizer.Step();
            }
            if (!double.IsFinite(sum)) throw new InvalidOperationException("the loss is not finite.");
            return Stopwatch.GetElapsedTime(begin).TotalMicroseconds / _data.BatchCount;
        }

        /// <summary>An epoch by the trainer; returns microseconds a step and of the checkpoint.</summary>
        public (double Step, double Checkpoint) Trainer()
        {
            string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            Watch watch = new();
            Training.Trainer trainer = new(_model, _optimizer, (y, t) => F.CrossEntropy(y, t), new Accuracy())
            {
                Checkpoints = new Checkpoints(folder),
                Progress = new LastProgress(),
                Callbacks = [watch],
            };
            try
            {
                trainer.Fit(_data);
            }
            finally
            {
                if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            }
            return (watch.Steps.TotalMicroseconds / _data.BatchCount, watch.Checkpoint.TotalMicroseconds);
        }

        private DataLoader Data(int batches)
        {
            int count = batches * BatchSize;
            long[] labels = new long[count];
            for (int i = 0; i < count; i++) labels[i] = _rng.NextInt(10);
            TensorDataset data = new(Tensor.Rand([count, 1, 28, 28], _rng), Tensor.From(labels));
            return new DataLoader(data, BatchSize, shuffle: true, new Rng(2));
        }
    }

    private sealed class Watch : ITrainingCallback
    {
        private long _begin;

        public TimeSpan Steps { get; private set; }

        public TimeSpan Checkpoint { get; private set; }

        public TrainingDecision OnStart(TrainingStart start)
        {
            _begin = Stopwatch.GetTimestamp();
            return TrainingDecision.Continue;
        }

        public TrainingDecision OnEpoch(EpochResult result)
        {
            Steps = Stopwatch.GetElapsedTime(_begin);
            _begin = Stopwatch.GetTimestamp();
            return TrainingDecision.Continue;
        }

        public void OnCheckpoint(SavedCheckpoint checkpoint) => Checkpoint = Stopwatch.GetElapsedTime(_begin);
    }

    private sealed class LastProgress : IProgress<TrainingProgress>
    {
        public TrainingProgress Last { get; private set; }

        public void Report(TrainingProgress value) => Last = value;
    }
}
