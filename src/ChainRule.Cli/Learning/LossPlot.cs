using ChainRule.Reports;
using ChainRule.Training;

namespace ChainRule.Cli.Learning;

/// <summary>Draws the losses into a file, anew after every epoch.</summary>
internal sealed class LossPlot(string path) : ITrainingCallback
{
    private readonly List<EpochResult> _epochs = [];

    /// <inheritdoc/>
    public TrainingDecision OnStart(TrainingStart start)
    {
        _epochs.AddRange(start.Done);
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public TrainingDecision OnEpoch(EpochResult result)
    {
        _epochs.Add(result);
        TrainingReport.LossPlot(_epochs).Save(path);
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public void OnEnd(TrainingHistory history)
    {
        if (history.Epochs.Count > 0) TrainingReport.LossPlot(history.Epochs, history.BestEpoch).Save(path);
    }
}
