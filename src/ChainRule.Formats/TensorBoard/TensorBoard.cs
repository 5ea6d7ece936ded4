using ChainRule.Nn;
using ChainRule.Training;

namespace ChainRule.Formats;

/// <summary>
/// Writes a training for TensorBoard, which can show it while it runs: <c>tensorboard --logdir runs</c>.
/// </summary>
/// <remarks>
/// <code>
/// using var board = new TensorBoard("runs/first", model);
/// var trainer = new Trainer(model, optimizer, loss, new Accuracy()) { Callbacks = [board] };
/// </code>
/// Every step: "loss/step" and "rate/step". Every epoch, at its last step: loss and metrics as "loss/training" and
/// "loss/validation", samples per second, and with a model its graph once and the distributions of its weights and of
/// their gradients. A call of Fit writes one file. One that is resumed goes on in a new file of the same folder, and
/// the steps that are repeated replace those before; one that begins anew there replaces all of them.
/// </remarks>
public sealed class TensorBoard : ITrainingCallback, IDisposable
{
    private readonly string _folder;
    private readonly Module? _model;
    private EventWriter? _events;
    private long _step;

    /// <summary>A callback.</summary>
    /// <param name="folder">Folder of the run; made where it is missing.</param>
    /// <param name="model">The model whose graph and distributions are written; null for neither.</param>
    public TensorBoard(string folder, Module? model = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        (_folder, _model) = (folder, model);
    }

    /// <summary>Writes the figures of every so many steps, 1 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int EverySteps
    {
        get;
        init => field = AtLeastOne(nameof(EverySteps), value);
    } = 1;

    /// <summary>Writes distributions after every so many epochs, 1 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int HistogramEpochs
    {
        get;
        init => field = AtLeastOne(nameof(HistogramEpochs), value);
    } = 1;

    /// <summary>Takes further pictures, texts and figures while a training runs; null otherwise.</summary>
    public EventWriter? Events => _events;

    /// <inheritdoc/>
    public TrainingDecision OnStart(TrainingStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        _events?.Dispose();
        _events = new EventWriter(_folder);
        _step = start.Step;
        _events.AddStart(start.Step + 1);
        if (_model is not null) _events.AddGraph(_model, start.Step + 1);
        _events.Flush();
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public TrainingDecision OnStep(in TrainingProgress progress)
    {
        _step = progress.Step;
        if (_events is { } events && progress.Step % EverySteps == 0)
        {
            events.AddScalar("loss/step", progress.BatchLoss, progress.Step);
            events.AddScalar("rate/step", progress.LearningRate, progress.Step);
        }
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public TrainingDecision OnEpoch(EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (_events is not { } events) return TrainingDecision.Continue;
        Add(events, result.Training, "training");
        if (result.Validation is { } validation) Add(events, validation, "validation");
        events.AddScalar("speed/samples per second", result.SamplesPerSecond, _step);
        if (_model is not null && result.Epoch % HistogramEpochs == 0)
        {
            foreach ((string key, Parameter parameter) in _model.NamedParameters())
            {
                events.AddHistogram($"weights/{key}", parameter.Value, _step);
                if (parameter.Value.Grad is { } gradient) events.AddHistogram($"gradients/{key}", gradient, _step);
            }
        }
        events.Flush();
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public void OnEnd(TrainingHistory history) => Dispose();

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _events?.Dispose();
        _events = null;
    }

    private void Add(EventWriter events, EvaluationResult result, string set)
    {
        events.AddScalar($"loss/{set}", result.Loss, _step);
        foreach (MetricValue metric in result.Metrics) events.AddScalar($"{metric.Name}/{set}", metric.Value, _step);
    }

    private static int AtLeastOne(string name, int value) => value >= 1 ? value
        : throw new ArgumentOutOfRangeException(
            name, FormattableString.Invariant($"TensorBoard: {name} is {value}; expected 1 or more."));
}
