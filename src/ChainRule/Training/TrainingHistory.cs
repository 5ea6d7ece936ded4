using System.Globalization;

namespace ChainRule.Training;

/// <summary>One epoch of training.</summary>
/// <param name="Epoch">Number of the epoch, from 1.</param>
/// <param name="Training">Loss and metrics over the epoch's batches, as the parameters were when each was seen.</param>
/// <param name="Validation">Loss and metrics on the validation set after the epoch; null where none was given.</param>
/// <param name="SamplesPerSecond">Training samples per second, validation apart.</param>
/// <param name="LearningRate">Rate of the epoch's last step, of the optimiser's first group.</param>
/// <param name="Time">How long the epoch took, with validation.</param>
public sealed record EpochResult(
    int Epoch, EvaluationResult Training, EvaluationResult? Validation, double SamplesPerSecond, double LearningRate,
    TimeSpan Time)
{
    /// <summary>The figure that decides which epoch is best: the loss, or the trainer's monitored metric.</summary>
    public MonitoredValue Monitored { get; init; }

    /// <summary>One line: "epoch 3: loss 0.12, accuracy 0.96; validation loss 0.2; 900 samples/s".</summary>
    public override string ToString()
    {
        string validation = Validation is null ? "" : $"; validation {Validation}";
        return string.Create(CultureInfo.InvariantCulture,
            $"epoch {Epoch}: {Training}{validation}; {SamplesPerSecond:N0} samples/s");
    }
}

/// <summary>The figure that decides which epoch is best.</summary>
/// <param name="Name">"loss", or the name of the metric.</param>
/// <param name="Value">Its value on the validation set, or on the training set where there is none.</param>
/// <param name="HigherIsBetter">Whether a larger value is a better one.</param>
public readonly record struct MonitoredValue(string Name, double Value, bool HigherIsBetter)
{
    /// <summary>Whether this is better than another value; anything is better than NaN.</summary>
    /// <param name="other">Value of the same figure.</param>
    public bool IsBetterThan(MonitoredValue other) =>
        double.IsNaN(other.Value) || (HigherIsBetter ? Value > other.Value : Value < other.Value);
}

/// <summary>Why training ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs were done.</summary>
    Finished,

    /// <summary>It was cancelled.</summary>
    Cancelled,

    /// <summary>A callback asked to stop.</summary>
    Stopped,

    /// <summary>An exception ended it; callbacks see this, Fit throws.</summary>
    Failed,
}

/// <summary>What <see cref="Trainer.Fit"/> did.</summary>
/// <param name="Epochs">The complete epochs, in order.</param>
/// <param name="End">Why it ended.</param>
/// <param name="BestEpoch">Number of the epoch that was best in the monitored quantity; null when no epoch was
/// completed.</param>
public sealed record TrainingHistory(IReadOnlyList<EpochResult> Epochs, TrainingEnd End, int? BestEpoch)
{
    /// <summary>What ended it, for callbacks; null unless it failed.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Results of the best epoch; null when no epoch was completed.</summary>
    public EpochResult? Best => BestEpoch is { } best ? Epochs[best - 1] : null;
}
