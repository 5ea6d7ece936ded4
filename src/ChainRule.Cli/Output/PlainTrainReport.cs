using System.Diagnostics;
using ChainRule.Cli.Learning;
using ChainRule.Training;

namespace ChainRule.Cli.Output;

/// <summary>A training as lines of text: for files, pipes and terminals that cannot move their cursor.</summary>
internal sealed class PlainTrainReport(Session session) : TrainReport
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly Stopwatch _clock = new(), _silence = new();
    private int _every = 1, _epochs;
    private string _metric = "";

    /// <inheritdoc/>
    public override void Start(TrainStart start)
    {
        TrainTexts.Start(session, start);
        _epochs = start.Recipe.Epochs!.Value;
        _metric = TrainTexts.MetricName(start.Material);
        _every = Math.Max(1, _epochs / 20);
        _clock.Start();
        _silence.Start();
    }

    /// <inheritdoc/>
    public override void Report(TrainingProgress value)
    {
        if (_silence.Elapsed < Pause || value.Batch == value.Batches) return;
        _silence.Restart();
        session.Line($"{TrainTexts.EpochOf(value.Epoch, _epochs)}  {100L * value.Batch / value.Batches,3}%  "
            + $"loss {value.Loss:0.0000}  {TrainTexts.Metric(_metric, value.Metric ?? double.NaN)}  "
            + $"{Quantity.Speed(value.SamplesPerSecond)}  {Quantity.Time(value.Remaining)} left");
    }

    /// <inheritdoc/>
    protected override void Epoch(EpochResult result)
    {
        if (result.Epoch % _every != 0 && result.Epoch != _epochs) return;
        _silence.Restart();
        session.Line(TrainTexts.Epoch(result, _epochs, _metric));
    }

    /// <inheritdoc/>
    public override void End(TrainOutcome outcome) => TrainTexts.End(session, outcome, _clock.Elapsed);
}
