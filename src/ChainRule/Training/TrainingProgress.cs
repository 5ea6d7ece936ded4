namespace ChainRule.Training;

/// <summary>Where training stands after a step.</summary>
/// <param name="Step">Updates of the parameters so far, over all calls of Fit.</param>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Epochs">Epochs asked for.</param>
/// <param name="Batch">Batches of the epoch done, from 1.</param>
/// <param name="Batches">Batches in an epoch.</param>
/// <param name="BatchLoss">Loss of this batch.</param>
/// <param name="Loss">Loss of the epoch so far, averaged over samples.</param>
/// <param name="Metric">First metric of the epoch so far; null where the trainer has none.</param>
/// <param name="LearningRate">Rate of this step, of the optimiser's first group.</param>
/// <param name="SamplesPerSecond">Training samples per second in this epoch.</param>
/// <param name="Elapsed">Time since training began.</param>
public readonly record struct TrainingProgress(
    long Step, int Epoch, int Epochs, int Batch, int Batches, double BatchLoss, double Loss, double? Metric,
    double LearningRate,
    double SamplesPerSecond, TimeSpan Elapsed)
{
    /// <summary>Share of the whole training that is done, in (0, 1].</summary>
    public double Done => (((Epoch - 1.0) * Batches) + Batch) / ((double)Epochs * Batches);

    /// <summary>Estimate of the time still needed, from the time so far.</summary>
    public TimeSpan Remaining => Elapsed * ((1 - Done) / Done);
}
