namespace ChainRule.Training;

/// <summary>What a callback wants.</summary>
public enum TrainingDecision
{
    /// <summary>Training goes on.</summary>
    Continue,

    /// <summary>Training ends after this step or epoch.</summary>
    Stop,
}

/// <summary>
/// Sees what happens in training and may ask to stop. Called on the training thread, between steps. One that remembers
/// something implements <see cref="IO.IStateful"/> as well: checkpoints then keep it.
/// </summary>
public interface ITrainingCallback
{
    /// <summary>Before the first step of a call of Fit.</summary>
    /// <param name="start">What is to come.</param>
    /// <returns>Whether to begin at all: a training that had been stopped may be resumed.</returns>
    TrainingDecision OnStart(TrainingStart start) => TrainingDecision.Continue;

    /// <summary>After every update of the parameters; their gradients are still there.</summary>
    /// <param name="progress">Where training stands.</param>
    /// <returns>Whether to go on.</returns>
    TrainingDecision OnStep(in TrainingProgress progress) => TrainingDecision.Continue;

    /// <summary>After every complete epoch, validation included.</summary>
    /// <param name="result">The epoch.</param>
    /// <returns>Whether to go on.</returns>
    TrainingDecision OnEpoch(EpochResult result) => TrainingDecision.Continue;

    /// <summary>After a checkpoint was written.</summary>
    /// <param name="checkpoint">Which.</param>
    void OnCheckpoint(SavedCheckpoint checkpoint)
    {
    }

    /// <summary>After the last step, however training ended: also when it failed.</summary>
    /// <param name="history">What happened, epoch by epoch, and what ended it.</param>
    void OnEnd(TrainingHistory history)
    {
    }
}

/// <summary>What a call of Fit is going to do.</summary>
/// <param name="Epochs">Epochs asked for.</param>
/// <param name="Batches">Batches in an epoch.</param>
/// <param name="Step">Updates of the parameters so far; above 0 where training goes on.</param>
/// <param name="Done">Epochs that a resumed training had completed; empty otherwise.</param>
public sealed record TrainingStart(int Epochs, int Batches, long Step, IReadOnlyList<EpochResult> Done)
{
    /// <summary>Damaged checkpoints that were passed over for an older one, the latest first.</summary>
    public IReadOnlyList<CheckpointException> PassedOver { get; init; } = [];
}

/// <summary>A checkpoint that was written.</summary>
/// <param name="Path">The file.</param>
/// <param name="Step">Updates of the parameters up to it.</param>
/// <param name="IsBest">Whether it is that of the best epoch so far.</param>
public readonly record struct SavedCheckpoint(string Path, long Step, bool IsBest);
