using System.Diagnostics;
using System.Globalization;
using System.Text;
using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Training;

namespace ChainRule.Reports;

/// <summary>
/// Keeps one page of HTML about a training up to date: curves, confusion matrix, samples, gradients, weights, the
/// model and what it ran on. The page holds its pictures, asks no network for anything and can be printed.
/// </summary>
/// <remarks>
/// <code>
/// var trainer = new Trainer(model, optimizer, loss, new Accuracy())
/// {
///     Callbacks = [new TrainingReport("report.html", model) { Data = new(new DataLoader(validation, 256)) }],
/// };
/// </code>
/// Written after every epoch, to a temporary file that is then renamed, and at the end, when it says how training ended
/// and, where it failed, by what. It only looks: weights,
/// generators and the results of the training are those without it. A training that goes on from a checkpoint goes on
/// with its curves.
/// </remarks>
public sealed class TrainingReport : ITrainingCallback, IStateful
{
    private const int MostHistograms = 24, MostInHistogram = 1_000_000;

    private readonly string _path;
    private readonly Layer _model;
    private readonly StepCurve _losses = new(), _rates = new();
    private readonly List<EpochResult> _epochs = [];
    private readonly Stopwatch _clock = new();
    private TimeSpan _before;
    private DateTimeOffset _begun;
    private int _asked;
    private bool _resumed;
    private ModelSummary? _summary;

    /// <summary>A report on a model's training.</summary>
    /// <param name="path">The file; its folder is made where it is missing.</param>
    /// <param name="model">The model.</param>
    public TrainingReport(string path, Layer model)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(model);
        (_path, _model) = (path, model);
    }

    /// <summary>Stands at the top of the page.</summary>
    public string Title { get; init; } = "Training report";

    /// <summary>
    /// Samples to be judged by the model and shown, whose shape the model table is made for; null for neither.
    /// </summary>
    public ReportData? Data { get; init; }

    /// <summary>
    /// A watch whose gradients, updates and dead units are shown by layer; it stands in the trainer's callbacks before
    /// this report. Null for none.
    /// </summary>
    public LayerWatch? Layers { get; init; }

    /// <summary>Settings to be shown, such as data, optimiser and seed, in order.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; init; } = [];

    /// <inheritdoc/>
    public TrainingDecision OnStart(TrainingStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        _epochs.Clear();
        _epochs.AddRange(start.Done);
        _asked = start.Epochs;
        _clock.Restart();
        if (!_resumed)
        {
            (_begun, _before) = (DateTimeOffset.Now, TimeSpan.Zero);
            _losses.Clear();
            _rates.Clear();
        }
        _resumed = false;
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public TrainingDecision OnStep(in TrainingProgress progress)
    {
        double place = progress.Done * progress.Epochs;
        _losses.Add(place, progress.BatchLoss);
        _rates.Add(place, progress.LearningRate);
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public TrainingDecision OnEpoch(EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        _epochs.Add(result);
        // The last one is followed by OnEnd, which looks at all samples.
        if (result.Epoch < _asked) Write("under way", BestSoFar(), Data?.PerEpoch ?? 0);
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public void OnEnd(TrainingHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        string state = history.End switch
        {
            TrainingEnd.Finished => "finished",
            TrainingEnd.Cancelled => "interrupted",
            TrainingEnd.Stopped => "stopped early",
            _ => "failed",
        };
        // Whoever interrupts does not want to wait for all samples.
        bool all = history.End is TrainingEnd.Finished or TrainingEnd.Stopped;
        try
        {
            Write(state, history.BestEpoch, all ? int.MaxValue : Data?.PerEpoch ?? 0, history.Failure);
        }
        catch (Exception) when (history.Failure is not null)
        {
            // What broke the training may break these too; the page must tell of it all the same.
            Write(state, history.BestEpoch, samples: null, history.Failure);
        }
    }

    /// <inheritdoc/>
    public void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("begun", _begun.ToString("O", CultureInfo.InvariantCulture));
        state.Add("seconds", Elapsed.TotalSeconds);
        state.Add("losses", _losses);
        state.Add("rates", _rates);
    }

    /// <inheritdoc/>
    public void LoadState(StateReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (!DateTimeOffset.TryParse(
            state.Text("begun"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _begun))
        {
            throw state.Wrong("begun", $"is '{state.Text("begun")}'; expected a date and time.");
        }
        double seconds = state.Number("seconds");
        if (seconds is not (>= 0 and < 1e10)) throw state.Wrong("seconds", $"is {seconds}; expected 0 or more.");
        _before = TimeSpan.FromSeconds(seconds);
        _losses.LoadState(state.Section("losses"));
        _rates.LoadState(state.Section("rates"));
        _resumed = true;
    }

    /// <summary>The plot of losses by epoch, training and validation.</summary>
    /// <param name="epochs">Results of the epochs, in order.</param>
    /// <param name="best">The epoch to be marked; null for none.</param>
    public static LinePlot LossPlot(IReadOnlyList<EpochResult> epochs, int? best = null)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        return ReportCurves.Loss(epochs, best);
    }

    private TimeSpan Elapsed => _before + _clock.Elapsed;

    // Samples is null where the model is not to be run.
    private void Write(string state, int? best, int? samples, Exception? failure = null)
    {
        ReportPage page = new(Title, string.Create(CultureInfo.InvariantCulture,
            $"Begun {_begun:yyyy-MM-dd HH:mm:ss zzz}, {state} after {Figures.Time(Elapsed)}."));
        if (failure is not null)
        {
            string[] lines = failure.Message.Split('\n', StringSplitOptions.TrimEntries);
            page.Warning($"{failure.GetType().Name}: {lines[0]}");
            foreach (string line in lines.Skip(1)) page.Text(line);
        }
        page.Facts(Facts(best));
        page.Heading("Curves");
        List<Plot> plots = ReportCurves.All(_epochs, _losses, _rates, best);
        if (plots.Count > 0) page.Plots(plots);
        else page.Text("No step was done.");
        if (Data is not null && _epochs.Count > 0 && samples is { } most)
            ReportSamples.Of(_model, Data, most).Write(page);
        if (Layers is not null) ReportLayers.Write(page, Layers);
        ReportTables.Epochs(page, _epochs, best);
        WriteWeights(page);
        WriteModel(page, mayRun: samples is not null);
        ReportTables.Environment(page, Settings);
        byte[] content = Encoding.UTF8.GetBytes(page.Finish());
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);
        AtomicFile.Write(_path, file => file.Write(content));
    }

    private IEnumerable<(string Name, string Value)> Facts(int? best)
    {
        yield return ("epochs", $"{Figures.Count(_epochs.Count)} of {Figures.Count(_asked)}");
        if (best is { } number && number <= _epochs.Count)
        {
            EpochResult epoch = _epochs[number - 1];
            yield return ("best epoch", Figures.Count(number));
            EvaluationResult result = epoch.Validation ?? epoch.Training;
            string where = epoch.Validation is null ? "training" : "validation";
            yield return ($"{where} loss at best", Figures.Number(result.Loss));
            foreach (MetricValue metric in result.Metrics)
                yield return ($"{where} {metric.Name} at best", Figures.Number(metric.Value));
        }
        if (_epochs.Count > 0)
            yield return ("samples/s", Figures.Count((long)_epochs.Average(e => e.SamplesPerSecond)));
        yield return ("parameters", Figures.Count(_model.ParameterCount()));
    }

    private void WriteWeights(ReportPage page)
    {
        List<Plot> plots = [];
        using NoGrad.Scope noGrad = NoGrad.Begin();
        foreach ((string key, Parameter parameter) in _model.NamedParameters())
        {
            if (parameter.Value.Rank < 2 || plots.Count == MostHistograms) continue;
            // Of very many, one of so many: a histogram is the same to the eye.
            int stride = 1 + (parameter.Value.Count - 1) / MostInHistogram;
            Tensor values = stride == 1 ? parameter : parameter.Value.Flatten().Slice(0, 0, step: stride);
            plots.Add(new Histogram(values.ToDoubles()) { Title = key, Width = 310, Height = 200 });
        }
        if (plots.Count == 0) return;
        page.Heading("Weights");
        page.Plots(plots);
    }

    private void WriteModel(ReportPage page, bool mayRun)
    {
        if (Data is not null && mayRun) _summary ??= ModelSummary.Of(_model, First(Data.Loader));
        if (_summary is not null) ReportTables.Model(page, _summary);
        else ReportTables.Parameters(page, _model);
    }

    private int? BestSoFar()
    {
        EpochResult? best = null;
        foreach (EpochResult e in _epochs)
            if (best is null || e.Monitored.IsBetterThan(best.Monitored)) best = e;
        return best?.Epoch;
    }

    private static Tensor First(DataLoader data)
    {
        foreach (Batch batch in data.Epoch(data.State.Epoch)) return batch.Input[..1];
        throw new DataException("TrainingReport", "the loader gives no batch.");
    }
}
