using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Reports;
using ChainRule.Tests.Training;
using ChainRule.Training;
using Microsoft.Extensions.Logging;

namespace ChainRule.Tests.Reports;

public sealed class TrainingLoggerTests
{
    [Fact]
    public void Training_is_logged_with_named_fields()
    {
        using TempFolder folder = new();
        Memory all = new(LogLevel.Trace), few = new(LogLevel.Information);
        Fit(folder["all"], all, 2);
        Assert.Equal(
            [
                "Information Training of 2 epochs begins, 3 batches each",
                "Debug Step 2 of epoch 1", "Information Epoch 1",
                "Warning Epoch 1: model.0 (Linear 2 -> 4): gradients vanish, norm 0",
                "Warning Epoch 1: model.0 (Linear 2 -> 4): 4 of 4 units dead",
                "Debug Checkpoint", "Debug Step 4 of epoch 2", "Debug Step 6 of epoch 2", "Information Epoch 2",
                "Warning Epoch 2: model.0 (Linear 2 -> 4): gradients vanish, norm 0",
                "Warning Epoch 2: model.0 (Linear 2 -> 4): 4 of 4 units dead", "Debug Checkpoint",
                "Information Training ended: Finished after 2 epochs",
            ],
            all.Lines.Zip(Lengths(all), (line, length) => line[..length]));
        Assert.Contains(all.Fields, f => f is { Key: "Validation", Value: string text } && text.StartsWith("loss "));
        Assert.Contains(all.Fields, f => f is { Key: "Step", Value: 6L });
        Fit(folder["few"], few, 1);
        Fit(folder["few"], few, 2);
        Assert.DoesNotContain(few.Lines, l => l.StartsWith("Debug"));
        Assert.Contains("Information Training goes on at step 3 after 1 of 2 epochs", few.Lines);
    }

    [Fact]
    public void Damaged_checkpoint_that_was_passed_over_is_a_warning()
    {
        using TempFolder folder = new();
        Memory log = new(LogLevel.Information);
        Fit(folder["runs"], log, 2);
        string latest = Checkpoints.Latest(folder["runs"])!;
        File.WriteAllText(latest, "");
        Fit(folder["runs"], log, 2);
        Assert.Contains($"Warning Checkpoint {latest} is damaged and was passed over: the file ends after 0 of the 8 "
            + "bytes that hold the header's length; the file is cut short or not safetensors.", log.Lines);
    }

    [Fact]
    public void Failure_is_an_error()
    {
        Memory log = new(LogLevel.Trace);
        Sequential model = Problems.Mlp(1);
        Trainer trainer = new(model, new Sgd(model.Parameters()), (y, _) => (y - y).Log().Sum())
        {
            Callbacks = [new TrainingLogger(log)],
        };
        TrainingException e = Assert.Throws<TrainingException>(
            () => trainer.Fit(new DataLoader(Problems.Sectors(10, 1), 5)));
        Assert.Same(e, log.Failure);
        Assert.Equal("Error Training failed after 0 complete epochs", log.Lines[^1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TrainingLogger(log) { EverySteps = 0 });
    }

    // How much of each line is the same in every run.
    private static IEnumerable<int> Lengths(Memory log) => log.Lines.Select(line =>
        line.StartsWith("Debug Checkpoint") ? 16
        : line.IndexOf(", the best", StringComparison.Ordinal) is > 0 and var end ? end
        : line.StartsWith("Warning") || line.StartsWith("Information Training") ? line.Length
        : line.IndexOf(':'));

    private static void Fit(string folder, Memory log, int epochs)
    {
        Rng rng = new(1);
        Linear first = new(2, 4, rng: rng);
        first.Bias!.Set(Tensor.Full([4], -1000));
        Sequential model = [first, new Relu(), new Linear(4, 3, rng: rng)];
        LayerWatch layers = new(model);
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1), Problems.CrossEntropy, new Accuracy())
        {
            Checkpoints = new Checkpoints(folder),
            Callbacks = [layers, new TrainingLogger(log) { EverySteps = 2, Layers = layers }],
        };
        trainer.Resume(folder);
        trainer.Fit(new DataLoader(Problems.Sectors(30, 1), 10), new DataLoader(Problems.Sectors(10, 2), 10), epochs);
    }

    private sealed class Memory(LogLevel least) : ILogger
    {
        public List<string> Lines { get; } = [];

        public Exception? Failure { get; private set; }

        public List<KeyValuePair<string, object?>> Fields { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            Lines.Add($"{logLevel} {formatter(state, exception)}");
            Failure = exception;
            if (state is IEnumerable<KeyValuePair<string, object?>> fields) Fields.AddRange(fields);
        }
    }
}
