using ChainRule.IO;

namespace ChainRule.Training;

/// <summary>
/// Ends training when the monitored figure has not got better for some epochs. With
/// <see cref="Trainer.KeepBest"/> the model then has the weights of its best epoch.
/// </summary>
/// <remarks>
/// An epoch is better where its figure lies beyond the best one before by more than the least change; NaN never is.
/// Counts as the rules of this name in Keras and Lightning do. Source: Prechelt, "Early stopping - but when?" (1998).
/// </remarks>
public sealed class EarlyStopping : ITrainingCallback, IStateful
{
    private readonly int _patience;
    private readonly double _minChange;
    private double _best = double.NaN;
    private int _waited;

    private TrainingDecision Decision =>
        _waited >= Math.Max(_patience, 1) ? TrainingDecision.Stop : TrainingDecision.Continue;

    /// <summary>A rule for when to stop.</summary>
    /// <param name="patience">
    /// Training ends with this many epochs in a row that are not better, 0 or more: 0 and 1 both mean the first one.
    /// </param>
    /// <param name="minChange">How much better an epoch must be than the best before, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public EarlyStopping(int patience, double minChange = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        ArgumentOutOfRangeException.ThrowIfNegative(minChange);
        (_patience, _minChange) = (patience, minChange);
    }

    /// <inheritdoc/>
    public TrainingDecision OnStart(TrainingStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (start.Done.Count == 0) (_best, _waited) = (double.NaN, 0);
        return Decision;    // a resumed training may have been stopped already
    }

    /// <inheritdoc/>
    public TrainingDecision OnEpoch(EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var (_, value, higher) = result.Monitored;
        double gain = higher ? value - _best : _best - value;
        if (double.IsNaN(_best) ? !double.IsNaN(value) : gain > _minChange) (_best, _waited) = (value, 0);
        else _waited++;
        return Decision;
    }

    /// <inheritdoc/>
    public void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("best", _best);
        state.Add("waited", _waited);
    }

    /// <inheritdoc/>
    public void LoadState(StateReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        (_best, _waited) = (state.Number("best"), state.Whole("waited", 0));
    }
}
