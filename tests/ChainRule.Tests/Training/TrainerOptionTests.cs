using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

public sealed class TrainerOptionTests
{
    [Fact]
    public void Accumulated_batches_train_as_one_large_batch()
    {
        TensorDataset data = Problems.Sectors(70, 1);
        float[] Weights(int batch, int accumulate, bool dropLast = true)
        {
            Sequential model = Problems.Mlp(1);
            Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1), Problems.CrossEntropy)
            {
                AccumulateBatches = accumulate,
            };
            trainer.Fit(new DataLoader(data, batch, dropLast: dropLast), epochs: 2);
            return Problems.Weights(model);
        }
        Assert.Equal(Weights(35, 1), Weights(5, 7), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(Weights(70, 1), Weights(35, 3), (a, b) => Math.Abs(a - b) < 1e-6);    // a smaller group at the end
        // A smaller batch at the end: its samples count as much as the others.
        Assert.Equal(Weights(70, 1), Weights(32, 3, dropLast: false), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Penalty_adds_its_gradient_to_weights_from_its_epoch_on()
    {
        (float[] Weight, float[] Bias) After(WeightPenalty? penalty, int epochs)
        {
            Sequential model = [new Linear(2, 2, rng: new Rng(1))];
            Trainer trainer = new(model, new Sgd(model.Parameters(), 0.5), (y, t) => (y * 0).Sum())
            {
                Penalty = penalty,
            };
            trainer.Fit(new DataLoader(Problems.Sectors(4, 1), 4), epochs: epochs);
            Linear layer = (Linear)model[0];
            return (layer.Weight.Value.ToArray<float>(), layer.Bias!.Value.ToArray<float>());
        }
        var (before, bias) = After(null, 1);
        Assert.Equal(before, After(new WeightPenalty(0.1, 0.2, startEpoch: 2), 1).Weight);
        var (after, same) = After(new WeightPenalty(0.1, 0.2, startEpoch: 2), 2);
        Assert.Equal(bias, same);
        Assert.Equal(
            before.Select(w => w - (0.5 * ((0.1 * Math.Sign(w)) + (0.2 * w)))), after.Select(w => (double)w),
            (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(
            before.Sum(w => (0.1 * Math.Abs(w)) + (0.1 * w * w)),
            new WeightPenalty(0.1, 0.2).Value(new Linear(2, 2, rng: new Rng(1)).Parameters()), 6);
    }

    [Fact]
    public void Max_norm_shortens_the_rows_that_are_too_long()
    {
        Linear layer = new(2, 2, rng: new Rng(1));
        layer.Weight.Set(Tensor.From([3f, 4f, 0.3f, 0.4f], [2, 2]));
        Clip.WeightNorm(layer.Parameters(), 1);
        Assert.Equal(
            [0.6f, 0.8f, 0.3f, 0.4f], layer.Weight.Value.ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Averages_are_those_of_the_weights_seen_and_stay_in_the_model()
    {
        (List<float[]> Seen, float[] End, double Validation, double Measured) Fit(Func<WeightAverage?> average)
        {
            Sequential model = Problems.Mlp(1);
            Recorder recorder = new(model);
            Trainer trainer = new(model, new Sgd(model.Parameters(), 0.5), Problems.CrossEntropy)
            {
                Average = average(),
                Callbacks = [recorder],
            };
            DataLoader validation = new(Problems.Sectors(30, 2), 30);
            TrainingHistory history = trainer.Fit(new DataLoader(Problems.Sectors(60, 1), 20), validation, epochs: 3);
            return (recorder.Weights, Problems.Weights(model), history.Epochs[^1].Validation!.Loss,
                trainer.Evaluate(validation).Loss);
        }
        List<float[]> seen = Fit(() => null).Seen;
        var exponential = Fit(() => new ExponentialAverage(0.6));
        Assert.Equal(seen[^1], exponential.Seen[^1]);    // the optimiser goes on with its own
        double[] expected = [.. seen[0].Select(w => (double)w)];
        for (int n = 1; n < seen.Count; n++)
        {
            double decay = Math.Min(0.6, (1.0 + n) / (10 + n));
            for (int i = 0; i < expected.Length; i++) expected[i] += (1 - decay) * (seen[n][i] - expected[i]);
        }
        Assert.Equal(expected, exponential.End.Select(w => (double)w), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(exponential.Measured, exponential.Validation);
        var mean = Fit(() => new StochasticAverage(2));
        Assert.Equal(
            seen[5].Zip(seen[8], (a, b) => (a + b) / 2.0), mean.End.Select(w => (double)w),
            (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(mean.Measured, mean.Validation);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(2, 5)]
    [InlineData(3, 9)]
    public void Early_stopping_ends_with_as_many_epochs_without_gain_as_its_patience(int patience, int epochs)
    {
        // Better by more than the least change: epochs 1, 3 and 6. By just as much: 2, 5 and 9.
        double[] losses = [1, 0.875, 0.75, 0.75, 0.625, 0.5, double.NaN, 0.5, 0.375];
        EarlyStopping rule = new(patience, minChange: 0.125);
        int seen = 0;
        TrainingDecision Next(double loss) => rule.OnEpoch(
            new EpochResult(++seen, new EvaluationResult(loss, [], 1), null, 0, 0, default)
            {
                Monitored = new MonitoredValue("loss", loss, false),
            });
        while (Next(losses[seen]) == TrainingDecision.Continue) { }
        Assert.Equal(epochs, seen);
    }

    [Fact]
    public async Task Events_come_in_order_and_leaving_ends_the_training()
    {
        Sequential model = Problems.Mlp(1);
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1), Problems.CrossEntropy);
        DataLoader train = new(Problems.Sectors(60, 1), 20);
        List<string> seen = [];
        await foreach (TrainingEvent e in trainer.FitAsync(train, epochs: 2))
        {
            seen.Add(e switch
            {
                StepEvent s => $"step {s.Progress.Step}",
                EpochEvent x => $"epoch {x.Result.Epoch}",
                EndEvent end => end.History.End.ToString(),
                _ => "?",
            });
        }
        Assert.Equal(
            ["step 1", "step 2", "step 3", "epoch 1", "step 4", "step 5", "step 6", "epoch 2", "Finished"], seen);
        await foreach (TrainingEvent e in trainer.FitAsync(train, epochs: 1000))
        {
            if (e is StepEvent { Progress.Step: >= 20 }) break;
        }
        Assert.InRange(trainer.StepCount, 20, 60);                     // it ran ahead by the queue's room at most
        using CancellationTokenSource source = new();
        TrainingEvent last = new EndEvent(new TrainingHistory([], TrainingEnd.Failed, null));
        await foreach (TrainingEvent e in trainer.FitAsync(train, epochs: 1000, cancellationToken: source.Token))
        {
            await source.CancelAsync();
            last = e;
        }
        Assert.Equal(TrainingEnd.Cancelled, Assert.IsType<EndEvent>(last).History.End);
    }

    [Fact]
    public async Task Failure_of_the_training_reaches_the_reader_of_events()
    {
        Sequential model = Problems.Mlp(1);
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1), (y, t) => y.Sum() * double.NaN);
        await Assert.ThrowsAsync<TrainingException>(async () =>
        {
            await foreach (TrainingEvent _ in trainer.FitAsync(new DataLoader(Problems.Sectors(60, 1), 20))) { }
        });
    }

    private sealed class Recorder(Module model) : ITrainingCallback
    {
        public List<float[]> Weights { get; } = [];

        public TrainingDecision OnStep(in TrainingProgress progress)
        {
            Weights.Add(Problems.Weights(model));
            return TrainingDecision.Continue;
        }
    }
}
