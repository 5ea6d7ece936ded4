namespace ChainRule.Training;

/// <summary>
/// Something that happened in training, for <c>await foreach</c>: see <see cref="Trainer.FitAsync"/>.
/// </summary>
public abstract record TrainingEvent
{
    private protected TrainingEvent()
    {
    }
}

/// <summary>The parameters were updated.</summary>
/// <param name="Progress">Where training stands.</param>
public sealed record StepEvent(TrainingProgress Progress) : TrainingEvent;

/// <summary>An epoch is complete, validation included.</summary>
/// <param name="Result">The epoch.</param>
public sealed record EpochEvent(EpochResult Result) : TrainingEvent;

/// <summary>A checkpoint was written.</summary>
/// <param name="Checkpoint">Which.</param>
public sealed record CheckpointEvent(SavedCheckpoint Checkpoint) : TrainingEvent;

/// <summary>Training has ended; the last event.</summary>
/// <param name="History">What happened, epoch by epoch.</param>
public sealed record EndEvent(TrainingHistory History) : TrainingEvent;
