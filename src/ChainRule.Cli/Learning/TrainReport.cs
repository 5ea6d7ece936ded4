using ChainRule.Training;

namespace ChainRule.Cli.Learning;

/// <summary>What is known when a training begins.</summary>
internal sealed record TrainStart(Recipe Recipe, Material Material, int Train, int Validation, long Parameters);

/// <summary>What came out of a training.</summary>
internal sealed record TrainOutcome(
    Recipe Recipe, Material Material, TrainingHistory History, EvaluationResult? Test);

/// <summary>Tells someone how a training goes.</summary>
internal abstract class TrainReport : IProgress<TrainingProgress>, ITrainingCallback
{
    /// <summary>Number of finished epochs.</summary>
    public int Epochs { get; private set; }

    /// <summary>Before the first step.</summary>
    public abstract void Start(TrainStart start);

    /// <summary>Does the training; a report that holds the screen meanwhile wraps it.</summary>
    public virtual TrainingHistory During(Func<TrainingHistory> training) => training();

    /// <inheritdoc/>
    public virtual TrainingDecision OnStart(TrainingStart start) => TrainingDecision.Continue;

    /// <summary>After each step.</summary>
    public abstract void Report(TrainingProgress value);

    /// <inheritdoc/>
    public TrainingDecision OnEpoch(EpochResult result)
    {
        Epochs = result.Epoch;
        Epoch(result);
        return TrainingDecision.Continue;
    }

    /// <summary>After the test.</summary>
    public abstract void End(TrainOutcome outcome);

    /// <summary>After a stop before the end.</summary>
    /// <param name="history">The epochs that were finished.</param>
    /// <param name="steps">Updates done.</param>
    /// <param name="saved">Where the weights were saved; null where they were not.</param>
    public virtual void Interrupted(TrainingHistory history, long steps, string? saved)
    {
    }

    /// <summary>After each epoch.</summary>
    protected abstract void Epoch(EpochResult result);
}
