using System.Diagnostics;
using ChainRule.Cli.Learning;
using ChainRule.Training;

namespace ChainRule.Cli.Output;

/// <summary>A training as JSON events: start, step every so often, epoch, end.</summary>
internal sealed class JsonTrainReport(Session session) : TrainReport
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly Stopwatch _clock = new(), _silence = new();

    /// <inheritdoc/>
    public override void Start(TrainStart start)
    {
        Recipe r = start.Recipe;
        session.Event(new JsonLine("start")
            .With("version", CommandLine.Version)
            .With("data", r.Data)
            .With("train", start.Train)
            .With("validation", start.Validation)
            .With("test", start.Material.Test?.Count ?? 0)
            .With("droppedRows", start.Material.DroppedRows)
            .With("model", Recipe.NameOf(r.Network))
            .With("hidden", r.Network == NetworkKind.Mlp ? JsonLine.List(r.Hidden.Select(h => (double)h)) : null)
            .With("parameters", start.Parameters)
            .With("optimizer", r.Optimizer.ToString().ToLowerInvariant())
            .With("rate", r.Rate)
            .With("schedule", r.Schedule.ToString().ToLowerInvariant())
            .With("weightDecay", r.WeightDecay)
            .With("batch", r.Batch!.Value)
            .With("epochs", r.Epochs!.Value)
            .With("seed", r.Seed.ToString())
            .With("threads", Compute.Threads)
            .With("out", r.Out));
        _clock.Start();
    }

    /// <inheritdoc/>
    public override void Report(TrainingProgress value)
    {
        if (_silence.IsRunning && _silence.Elapsed < Pause) return;
        _silence.Restart();
        session.Event(new JsonLine("step")
            .With("step", value.Step)
            .With("epoch", value.Epoch)
            .With("batch", value.Batch)
            .With("batches", value.Batches)
            .With("loss", value.Loss)
            .With("metric", value.Metric)
            .With("rate", value.LearningRate)
            .With("samplesPerSecond", Math.Round(value.SamplesPerSecond, 1))
            .With("secondsLeft", Math.Round(value.Remaining.TotalSeconds, 1)));
    }

    /// <inheritdoc/>
    protected override void Epoch(EpochResult result)
    {
        MetricValue metric = result.Training.Metrics[0];
        var line = new JsonLine("epoch").With("epoch", result.Epoch).With("loss", result.Training.Loss)
            .With(metric.Name, metric.Value);
        if (result.Validation is { } v)
            line.With("validationLoss", v.Loss).With("validation" + Capital(metric.Name), v.Metrics[0].Value);
        session.Event(line.With("samplesPerSecond", Math.Round(result.SamplesPerSecond, 1))
            .With("seconds", Math.Round(result.Time.TotalSeconds, 3)));
    }

    /// <inheritdoc/>
    public override void End(TrainOutcome outcome)
    {
        string reason = outcome.History.End == TrainingEnd.Stopped ? "stopped early" : "finished";
        var line = new JsonLine("end").With("reason", reason).With("bestEpoch", outcome.History.BestEpoch ?? 0);
        if (outcome.Test is { } test)
            line.With("testLoss", test.Loss).With("test" + Capital(test.Metrics[0].Name), test.Metrics[0].Value);
        session.Event(line.With("saved", outcome.Recipe.Out)
            .With("seconds", Math.Round(_clock.Elapsed.TotalSeconds, 3)));
    }

    /// <inheritdoc/>
    public override void Interrupted(TrainingHistory history, long steps, string? saved) => session.Event(
        new JsonLine("end").With("reason", "interrupted").With("bestEpoch", history.BestEpoch ?? 0)
            .With("steps", steps).With("saved", saved).With("seconds", Math.Round(_clock.Elapsed.TotalSeconds, 3)));

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
