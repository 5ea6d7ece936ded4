namespace ChainRule.Training;

/// <summary>What a callback wants.</summary>
public enum TrainingDecision
{
    /// <summary>Training goes on.</summary>
    Continue,

    /// <summary>Training ends after this step or epoch.</summary>
    Stop,
}

/// <summary>Sees what happens in training and may ask to stop. Called on the training thread, between steps.</summary>
public interface ITrainingCallback
{
    /// <summary>After every update of the parameters.</summary>
    /// <param name="progress">Where training stands.</param>
    /// <returns>Whether to go on.</returns>
    TrainingDecision OnStep(in TrainingProgress progress) => TrainingDecision.Continue;

    /// <summary>After every complete epoch, validation included.</summary>
    /// <param name="result">The epoch.</param>
    /// <returns>Whether to go on.</returns>
    TrainingDecision OnEpoch(EpochResult result) => TrainingDecision.Continue;
}
