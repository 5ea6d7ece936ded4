using ChainRule.Training;
using Microsoft.Extensions.Logging;

namespace ChainRule.Reports;

/// <summary>Tells an <see cref="ILogger"/> what happens in a training, with named fields.</summary>
/// <remarks>
/// <code>
/// var trainer = new Trainer(model, optimizer, loss)
/// {
///     Callbacks = [layers, new TrainingLogger(logger) { Layers = layers }],
/// };
/// </code>
/// Start, epochs and end are information, steps and checkpoints are debugging, a training that failed is an error, and
/// what <see cref="Layers"/> found wrong is a warning, as is a damaged checkpoint that was passed over. Nothing is
/// formatted for a level that is switched off.
/// </remarks>
public sealed partial class TrainingLogger : ITrainingCallback
{
    private readonly ILogger _logger;

    /// <summary>A callback.</summary>
    /// <param name="logger">Takes the messages.</param>
    public TrainingLogger(ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(logger);
        _logger = logger;
    }

    /// <summary>Logs one of so many steps, 1 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int EverySteps
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value),
            FormattableString.Invariant($"TrainingLogger: EverySteps is {value}; expected 1 or more."));
    } = 100;

    /// <summary>
    /// A watch whose findings are logged after every epoch; it must come before this among the callbacks. Null for
    /// none.
    /// </summary>
    public LayerWatch? Layers { get; init; }

    /// <inheritdoc/>
    public TrainingDecision OnStart(TrainingStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (start.Step > 0) Resumed(_logger, start.Step, start.Done.Count, start.Epochs);
        else Started(_logger, start.Epochs, start.Batches);
        foreach (CheckpointException damaged in start.PassedOver) PassedOver(_logger, damaged.File, damaged.Problem);
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public TrainingDecision OnStep(in TrainingProgress progress)
    {
        if (progress.Step % EverySteps == 0 && _logger.IsEnabled(LogLevel.Debug))
            Stepped(_logger, progress.Step, progress.Epoch, progress.BatchLoss, progress.LearningRate);
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public TrainingDecision OnEpoch(EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (_logger.IsEnabled(LogLevel.Information))
        {
            Finished(
                _logger, result.Epoch, $"{result.Training}", result.Validation?.ToString() ?? "none",
                Math.Round(result.SamplesPerSecond));
        }
        if (Layers is { Epochs: [.., { } last] } && last.Epoch == result.Epoch && _logger.IsEnabled(LogLevel.Warning))
        {
            foreach (string warning in last.Warnings) Unhealthy(_logger, result.Epoch, warning);
        }
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public void OnCheckpoint(SavedCheckpoint checkpoint) =>
        Saved(_logger, checkpoint.Path, checkpoint.Step, checkpoint.IsBest);

    /// <inheritdoc/>
    public void OnEnd(TrainingHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (history.End == TrainingEnd.Failed) Failed(_logger, history.Failure, history.Epochs.Count);
        else Ended(_logger, history.End, history.Epochs.Count, history.BestEpoch);
    }

    [LoggerMessage(1, LogLevel.Information, "Training of {Epochs} epochs begins, {Batches} batches each")]
    private static partial void Started(ILogger logger, int epochs, int batches);

    [LoggerMessage(2, LogLevel.Information, "Training goes on at step {Step} after {Done} of {Epochs} epochs")]
    private static partial void Resumed(ILogger logger, long step, int done, int epochs);

    [LoggerMessage(3, LogLevel.Debug, "Step {Step} of epoch {Epoch}: loss {Loss}, rate {Rate}")]
    private static partial void Stepped(ILogger logger, long step, int epoch, double loss, double rate);

    [LoggerMessage(4, LogLevel.Information,
        "Epoch {Epoch}: training {Training}; validation {Validation}; {SamplesPerSecond} samples/s")]
    private static partial void Finished(
        ILogger logger, int epoch, string training, string validation, double samplesPerSecond);

    [LoggerMessage(5, LogLevel.Warning, "Epoch {Epoch}: {Finding}")]
    private static partial void Unhealthy(ILogger logger, int epoch, string finding);

    [LoggerMessage(6, LogLevel.Debug, "Checkpoint {Path} of step {Step} written, best: {IsBest}")]
    private static partial void Saved(ILogger logger, string path, long step, bool isBest);

    [LoggerMessage(7, LogLevel.Information, "Training ended: {End} after {Epochs} epochs, the best was {BestEpoch}")]
    private static partial void Ended(ILogger logger, TrainingEnd end, int epochs, int? bestEpoch);

    [LoggerMessage(8, LogLevel.Error, "Training failed after {Epochs} complete epochs")]
    private static partial void Failed(ILogger logger, Exception? failure, int epochs);

    [LoggerMessage(9, LogLevel.Warning, "Checkpoint {Path} is damaged and was passed over: {Problem}")]
    private static partial void PassedOver(ILogger logger, string? path, string problem);
}
