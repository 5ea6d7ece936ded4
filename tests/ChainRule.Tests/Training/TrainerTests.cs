using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

public sealed class TrainerTests
{
    [Fact]
    public void Fit_learns_and_history_tells()
    {
        Sequential model = Problems.Mlp(1);
        Trainer trainer = new(
            model, new Adam(model.Parameters(), 0.01), Problems.CrossEntropy, new Accuracy(), new TopKAccuracy(2));
        DataLoader train = new(Problems.Sectors(600, 1), 30, shuffle: true), test = new(Problems.Sectors(200, 2), 64);
        double before = trainer.Evaluate(test).Loss;
        TrainingHistory history = trainer.Fit(train, test, epochs: 8);
        Assert.Equal(TrainingEnd.Finished, history.End);
        Assert.Equal(8, history.Epochs.Count);
        Assert.Equal(8 * 20, trainer.StepCount);
        EpochResult last = history.Epochs[^1];
        Assert.Equal(
            (8, 600L, 200L, 0.01), (last.Epoch, last.Training.Samples, last.Validation!.Samples, last.LearningRate));
        Assert.True(last.Validation.Loss < before / 3, $"loss {before} -> {last.Validation.Loss}");
        Assert.InRange(last.Validation["accuracy"], 0.95, 1);
        Assert.True(last.Validation["top-2 accuracy"] >= last.Validation["accuracy"]);
        Assert.True(last.SamplesPerSecond > 0);
        Assert.Equal(trainer.Evaluate(test).Loss, last.Validation.Loss);
    }

    [Fact]
    public void Fit_does_what_the_visible_loop_does()
    {
        Sequential one = Problems.Mlp(3), two = Problems.Mlp(3);
        TensorDataset data = Problems.Sectors(100, 3);
        Sgd optimizer = new(two.Parameters(), 0.1, momentum: 0.9);
        CosineAnnealingLr schedule = new(optimizer, 3 * 7);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            foreach (Batch batch in new DataLoader(data, 15))
            {
                using var step = Step.Begin();
                Tensor loss = F.CrossEntropy(two.Forward(batch.Input), batch.Target);
                two.ZeroGrad();
                loss.Backward();
                Clip.GradNorm(two.Parameters(), 0.5);
                optimizer.Step();
                schedule.Step();
            }
        }
        Sgd other = new(one.Parameters(), 0.1, momentum: 0.9);
        Trainer trainer = new(one, other, Problems.CrossEntropy)
        {
            Schedule = new CosineAnnealingLr(other, 3 * 7),
            ScheduleUnit = ScheduleUnit.Step,
            ClipGradNorm = 0.5,
        };
        trainer.Fit(new DataLoader(data, 15), epochs: 3);
        Assert.Equal(Problems.Weights(two), Problems.Weights(one));
        Assert.Equal(0, other.LearningRate, 12);
    }

    [Fact]
    public void Loss_is_averaged_over_samples_not_batches()
    {
        Sequential model = Problems.Mlp(4);
        Trainer trainer = new(model, new Sgd(model.Parameters()), Problems.CrossEntropy);
        TensorDataset data = Problems.Sectors(10, 4);
        Assert.Equal(
            trainer.Evaluate(new DataLoader(data, 10)).Loss, trainer.Evaluate(new DataLoader(data, 9)).Loss, 6);
    }

    [Fact]
    public void Evaluate_restores_the_mode_of_every_part()
    {
        Sequential model = Problems.Mlp(5);
        model[1].Eval();
        Trainer trainer = new(model, new Sgd(model.Parameters()), Problems.CrossEntropy);
        trainer.Evaluate(new DataLoader(Problems.Sectors(10, 5), 5));
        trainer.Predict(Tensor.Zeros([3, 2]));
        Assert.True(model.IsTraining && model[0].IsTraining && !model[1].IsTraining && model[2].IsTraining);
        Assert.All(model.Parameters(), p => Assert.Null(p.Grad));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(100)]
    public void Predict_gives_the_outputs_of_the_model_for_any_batch_size(int batchSize)
    {
        Sequential model = Problems.Mlp(6);
        Trainer trainer = new(model, new Sgd(model.Parameters()), Problems.CrossEntropy);
        Tensor input = Problems.Sectors(10, 6).Inputs;
        Tensor output = trainer.Predict(input, batchSize);
        using (Step.Begin()) trainer.Predict(input, 3);              // the result outlives later steps
        Assert.Equal([10, 3], output.Shape.Dims.ToArray());
        float[] expected = model.Forward(input).ToArray<float>(), actual = output.ToArray<float>();
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 5);
        Assert.False(output.RequiresGrad);
    }

    [Theory]
    [InlineData(false, 10)]
    [InlineData(true, 8)]
    public void Predict_of_a_loader_applies_its_transforms_and_keeps_its_order(bool dropLast, int samples)
    {
        Sequential model = Problems.Mlp(6);
        Trainer trainer = new(model, new Sgd(model.Parameters()), Problems.CrossEntropy);
        TensorDataset data = Problems.Sectors(10, 6);
        DataLoader loader = new(data, 4, dropLast: dropLast, transforms: [new Scale(2)]);
        Tensor output;
        using (Step.Begin()) output = trainer.Predict(loader);
        using (Step.Begin()) trainer.Predict(data.Inputs);           // the result outlives later steps
        Assert.Equal([samples, 3], output.Shape.Dims.ToArray());
        float[] expected = model.Forward(data.Inputs * 2).ToArray<float>(), actual = output.ToArray<float>();
        for (int i = 0; i < actual.Length; i++) Assert.Equal(expected[i], actual[i], 5);
        Assert.True(model.IsTraining);
    }

    [Fact]
    public void Epoch_prints_as_one_line()
    {
        EvaluationResult training = new(0.25, [new("accuracy", 0.9)], 100), validation = new(0.5, [], 20);
        EpochResult epoch = new(3, training, validation, 1234.4, 0.1, TimeSpan.FromSeconds(1));
        Assert.Equal(
            "epoch 3: loss 0.2500, accuracy 0.9000; validation loss 0.5000; 1,234 samples/s", epoch.ToString());
        EpochResult alone = epoch with { Validation = null };
        Assert.Equal("epoch 3: loss 0.2500, accuracy 0.9000; 1,234 samples/s", alone.ToString());
    }

    [Fact]
    public void Cancelled_training_stops_within_a_batch_and_restores_the_best_weights()
    {
        Sequential model = Problems.Mlp(7);
        Watcher watcher = new();
        using CancellationTokenSource source = new();
        Adam optimizer = new(model.Parameters(), 0.01);
        Trainer trainer = new(model, optimizer, Problems.CrossEntropy, new Accuracy())
        {
            KeepBest = true,
            Callbacks = [watcher],
        };
        DataLoader train = new(Problems.Sectors(100, 7), 10), test = new(Problems.Sectors(50, 8), 10);
        watcher.Epoch = e =>
        {
            if (e.Epoch == 2) watcher.Kept = Problems.Weights(model);
            if (e.Epoch == 2) optimizer.LearningRate = 5;            // from here on it gets worse
        };
        watcher.Step = p =>
        {
            if (p.Epoch == 4 && p.Batch == 3) source.Cancel();
        };
        TrainingHistory history = trainer.Fit(train, test, epochs: 10, source.Token);
        Assert.Equal(TrainingEnd.Cancelled, history.End);
        Assert.Equal(3, history.Epochs.Count);
        Assert.Equal(33, trainer.StepCount);
        Assert.Equal(2, history.BestEpoch);
        Assert.Equal(watcher.Kept, Problems.Weights(model));
        Assert.Equal(history.Best!.Validation!.Loss, trainer.Evaluate(test).Loss);
    }

    [Fact]
    public void Monitor_decides_by_a_metric()
    {
        Sequential model = Problems.Mlp(9);
        Accuracy accuracy = new();
        Trainer trainer = new(model, new Adam(model.Parameters(), 0.02), Problems.CrossEntropy, accuracy)
        {
            KeepBest = true,
            Monitor = accuracy,
        };
        DataLoader train = new(Problems.Sectors(100, 9), 10), test = new(Problems.Sectors(40, 10), 10);
        TrainingHistory history = trainer.Fit(train, test, epochs: 6);
        double best = history.Epochs.Max(e => e.Validation!["accuracy"]);
        Assert.Equal(best, history.Best!.Validation!["accuracy"]);
        Assert.Equal(history.Epochs.First(e => e.Validation!["accuracy"] == best).Epoch, history.BestEpoch);
        Assert.Equal(best, trainer.Evaluate(test)["accuracy"]);
    }

    [Fact]
    public void Callbacks_see_every_step_and_epoch_and_may_stop()
    {
        Sequential model = Problems.Mlp(11);
        Watcher watcher = new();
        List<TrainingProgress> steps = [];
        List<int> epochs = [];
        watcher.Step = steps.Add;
        watcher.Epoch = e => epochs.Add(e.Epoch);
        watcher.StopAfterStep = 8;
        Progress told = new();
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1), Problems.CrossEntropy, new Accuracy())
        {
            Callbacks = [watcher],
            Progress = told,
        };
        TrainingHistory history = trainer.Fit(new DataLoader(Problems.Sectors(25, 11), 10), epochs: 5);
        Assert.Equal(TrainingEnd.Stopped, history.End);
        Assert.Equal([1, 2], epochs);
        Assert.Equal(Enumerable.Range(1, 8).Select(i => (long)i), steps.Select(s => s.Step));
        Assert.Equal((3, 2, 3, 5), (steps[^1].Epoch, steps[^1].Batch, steps[^1].Batches, steps[^1].Epochs));
        Assert.Equal(8 / 15.0, steps[^1].Done, 12);
        Assert.Equal(
            ((steps[0].BatchLoss * 10) + (steps[1].BatchLoss * 10) + (steps[2].BatchLoss * 5)) / 25, steps[2].Loss, 12);
        Assert.Equal(history.Epochs[0].Training.Loss, steps[2].Loss);
        Assert.InRange(steps[2].Metric!.Value, 0, 1);
        Assert.Equal(8, told.Count);
    }

    [Fact]
    public void Wrong_use_is_refused_before_any_work()
    {
        Sequential model = Problems.Mlp(12), stranger = Problems.Mlp(13);
        Watcher watcher = new() { Step = _ => Assert.Fail("a step was taken") };
        Trainer trainer = new(model, new Sgd(model.Parameters()), Problems.CrossEntropy) { Callbacks = [watcher] };
        DataLoader data = new(Problems.Sectors(10, 12), 5);
        Assert.StartsWith(
            "Fit: epochs is 0; expected 1 or more.",
            Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(data, epochs: 0)).Message);
        Trainer monitors = new(model, new Sgd(model.Parameters()), Problems.CrossEntropy) { Monitor = new Accuracy() };
        Assert.Contains(
            "the monitored metric, accuracy, is not one",
            Assert.Throws<ArgumentException>(() => monitors.Fit(data)).Message);
        Sgd sgd = new(model.Parameters());
        Accuracy accuracy = new();
        foreach ((PlateauGoal goal, Metric? monitor, string message) in (IEnumerable<(PlateauGoal, Metric?, string)>)
            [
                (PlateauGoal.Min, accuracy, "Min, and of accuracy the larger is better; expected PlateauGoal.Max."),
                (PlateauGoal.Max, null, "Max, and of loss the smaller is better; expected PlateauGoal.Min."),
            ])
        {
            Trainer against = new(model, sgd, Problems.CrossEntropy, accuracy)
            {
                Plateau = new ReduceLrOnPlateau(sgd, goal),
                Monitor = monitor,
            };
            Assert.Equal("Fit: the plateau's goal is " + message,
                Assert.Throws<ArgumentException>(() => against.Fit(data)).Message);
        }
        Assert.Contains("none of the model's parameters",
            Assert.Throws<ArgumentException>(
                () => new Trainer(model, new Sgd(stranger.Parameters()), Problems.CrossEntropy)).Message);
        Assert.Equal("EvaluationResult: there is no metric 'f1'; there is none. (Parameter 'name')",
            Assert.Throws<ArgumentException>(() => trainer.Evaluate(data)["f1"]).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_seed_gives_one_model_for_any_number_of_threads_and_prefetch(bool prefetch)
    {
        int before = Compute.Threads;
        try
        {
            float[] serial = Train(1, 0);
            Assert.Equal(serial, Train(2, prefetch ? 2 : 0));
            Assert.Equal(serial, Train(3, prefetch ? 3 : 0));
        }
        finally
        {
            Compute.Threads = before;
        }

        static float[] Train(int threads, int prefetch)
        {
            Compute.Threads = threads;
            Rng rng = new(5);
            Sequential model = [new Linear(64, 512, rng: rng), new Nn.Tanh(), new Linear(512, 10, rng: rng)];
            Rng data = new(6);
            Tensor x = Tensor.Randn([256, 64], data);
            long[] y = [.. Enumerable.Range(0, 256).Select(_ => (long)data.NextInt(10))];
            DataLoader loader = new(
                new TensorDataset(x, Tensor.From(y)), 64, shuffle: true, new Rng(7), prefetch: prefetch);
            Trainer trainer = new(model, new Adam(model.Parameters()), Problems.CrossEntropy) { ClipGradNorm = 1 };
            trainer.Fit(loader, epochs: 3);
            return Problems.Weights(model);
        }
    }

    [Fact]
    public void Convolutional_network_is_the_same_for_any_number_of_threads()
    {
        int before = Compute.Threads;
        try
        {
            float[] serial = Train(1);
            Assert.Equal(serial, Train(2));
            Assert.Equal(serial, Train(3));
        }
        finally
        {
            Compute.Threads = before;
        }

        static float[] Train(int threads)
        {
            Compute.Threads = threads;
            Rng rng = new(5);
            Sequential model =
            [
                new Conv2d(1, 8, 5, padding: 2, rng: rng), new BatchNorm2d(8), new Relu(), new MaxPool2d(2),
                new Conv2d(8, 16, 3, padding: 1, rng: rng), new Relu(), new MaxPool2d(2),
                new Flatten(), new Linear(16 * 49, 64, rng: rng), new Relu(), new Dropout(0.5, rng),
                new Linear(64, 10, rng: rng),
            ];
            Rng data = new(6);
            Tensor x = Tensor.Randn([90, 1, 28, 28], data);
            long[] y = [.. Enumerable.Range(0, 90).Select(_ => (long)data.NextInt(10))];
            Trainer trainer = new(model, new AdamW(model.Parameters()), Problems.CrossEntropy);
            trainer.Fit(new DataLoader(new TensorDataset(x, Tensor.From(y)), 32, shuffle: true, new Rng(7)), epochs: 2);
            return Problems.Weights(model);
        }
    }

    private sealed class Watcher : ITrainingCallback
    {
        public Action<TrainingProgress>? Step { get; set; }

        public Action<EpochResult>? Epoch { get; set; }

        public long? StopAfterStep { get; set; }

        public float[]? Kept { get; set; }

        public TrainingDecision OnStep(in TrainingProgress progress)
        {
            Step?.Invoke(progress);
            return progress.Step == StopAfterStep ? TrainingDecision.Stop : TrainingDecision.Continue;
        }

        public TrainingDecision OnEpoch(EpochResult result)
        {
            Epoch?.Invoke(result);
            return TrainingDecision.Continue;
        }
    }

    private sealed class Progress : IProgress<TrainingProgress>
    {
        public int Count { get; private set; }

        public void Report(TrainingProgress value) => Count++;
    }
}
