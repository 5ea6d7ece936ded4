using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Training;

namespace ChainRule.Reports;

/// <summary>
/// Keeps one page of HTML about a training up to date: curves, confusion matrix, samples, weights, the model and what
/// it ran on. The page holds its pictures, asks no network for anything and can be printed.
/// </summary>
/// <remarks>
/// <code>
/// var trainer = new Trainer(model, optimizer, loss, new Accuracy())
/// {
///     Callbacks = [new TrainingReport("report.html", model) { Data = new DataLoader(validation, 256) }],
/// };
/// </code>
/// Written after every epoch, to a temporary file that is then renamed, and at the end. It only looks: weights,
/// generators and the results of the training are those without it. A training that goes on from a checkpoint goes on
/// with its curves.
/// </remarks>
public sealed class TrainingReport : ITrainingCallback, IStateful
{
    private const int MostHistograms = 24, MostRowsShown = 60, NumbersShown = 8, PlotWidth = 620; // two side by side

    private readonly string _path;
    private readonly Layer _model;
    private readonly StepCurve _losses = new(), _rates = new();
    private readonly List<EpochResult> _epochs = [];
    private readonly Stopwatch _clock = new();
    private readonly DateTimeOffset _started = DateTimeOffset.Now;
    private int _batches = 1;
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
    /// Samples for the confusion matrix and the examples, best those of the validation, and the shape that the model
    /// table is made for; null for neither. A loader of its own: where it stands is left as it is.
    /// </summary>
    public DataLoader? Data { get; init; }

    /// <summary>
    /// How many samples of <see cref="Data"/> are looked at after an epoch, 1 or more; at the end all are.
    /// </summary>
    public int SamplesPerEpoch { get; init; } = 1000;

    /// <summary>Names of the classes; null for their numbers.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Settings to be shown, such as data, optimiser and seed, in order.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; init; } = [];

    /// <summary>Plots of one's own, asked for at every writing; one that is null is left out.</summary>
    public IReadOnlyList<Func<Plot?>> More { get; init; } = [];

    /// <inheritdoc/>
    public void OnStart(TrainingStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        _batches = start.Batches;
        _epochs.Clear();
        _epochs.AddRange(start.Done);
        _clock.Start();
    }

    /// <inheritdoc/>
    public TrainingDecision OnStep(in TrainingProgress progress)
    {
        _losses.Add(progress.BatchLoss);
        _rates.Add(progress.LearningRate);
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public TrainingDecision OnEpoch(EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        _epochs.Add(result);
        Write(null, SamplesPerEpoch);
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public void OnEnd(TrainingHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        Write(history, int.MaxValue);
    }

    /// <inheritdoc/>
    public void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("version", 1);
        state.Add("losses", _losses);
        state.Add("rates", _rates);
    }

    /// <inheritdoc/>
    public void LoadState(StateReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _losses.LoadState(state.Section("losses"));
        _rates.LoadState(state.Section("rates"));
    }

    /// <summary>The plot of losses by epoch, training and validation.</summary>
    /// <param name="epochs">Results of the epochs, in order.</param>
    /// <param name="best">The epoch to be marked; null for none.</param>
    public static LinePlot LossPlot(IReadOnlyList<EpochResult> epochs, int? best = null)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        return Curves("Loss", "loss", epochs, r => r.Loss, best);
    }

    private void Write(TrainingHistory? history, int samples)
    {
        string state = history?.End switch
        {
            null => "under way",
            TrainingEnd.Finished => "finished",
            TrainingEnd.Cancelled => "interrupted",
            TrainingEnd.Stopped => "stopped early",
            _ => "failed",
        };
        int? best = history is null ? BestSoFar() : history.BestEpoch;
        ReportPage page = new(Title, string.Create(CultureInfo.InvariantCulture,
            $"{state} after {_epochs.Count} epochs, {_clock.Elapsed.TotalSeconds:0.0} s; "
            + $"begun {_started:yyyy-MM-dd HH:mm:ss zzz}"));
        WriteCurves(page, best);
        if (Data is not null && _epochs.Count > 0) WriteSamples(page, samples);
        WriteEpochs(page, best);
        WriteWeights(page);
        WriteModel(page);
        page.Heading("Environment");
        page.Table(["", ""], Environment().Select(f => ((IReadOnlyList<string>)[f.Name, f.Value], "")));
        byte[] content = Encoding.UTF8.GetBytes(page.Finish());
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);
        AtomicFile.Write(_path, file => file.Write(content));
    }

    private void WriteCurves(ReportPage page, int? best)
    {
        List<Plot> plots = [];
        if (_epochs.Count > 0)
        {
            plots.Add(LossPlot(_epochs, best));
            foreach (MetricValue metric in _epochs[0].Training.Metrics)
                plots.Add(Curves(Capital(metric.Name), metric.Name, _epochs, r => r[metric.Name], best));
        }
        double[] steps = [.. _losses.Steps.Select(s => s / _batches)];
        if (steps.Length > 0)
        {
            bool positive = _losses.Means.All(m => m > 0);
            AxisScale scale = positive ? AxisScale.Log : AxisScale.Linear;
            LinePlot loss = new()
            {
                Width = PlotWidth,
                Title = "Loss by step",
                XLabel = "epoch",
                YLabel = "loss",
                YScale = scale,
            };
            plots.Add(loss.Add("", steps, _losses.Means));
            LinePlot rate = new() { Width = PlotWidth, Title = "Learning rate", XLabel = "epoch", YLabel = "rate" };
            plots.Add(rate.Add("", [.. _rates.Steps.Select(s => s / _batches)], _rates.Means));
        }
        plots.AddRange(More.Select(m => m()).OfType<Plot>());
        page.Heading("Curves");
        if (plots.Count > 0) page.Plots(plots);
        else page.Text("No step was done.");
    }

    private void WriteSamples(ReportPage page, int most)
    {
        ReportSamples samples = ReportSamples.Of(_model, Data!, most);
        string NameOf(int c) =>
            Classes is { } names && c < names.Count ? names[c] : c.ToString(CultureInfo.InvariantCulture);
        if (samples.Confusion is { } matrix)
        {
            page.Heading("What is taken for what");
            page.Text(string.Create(CultureInfo.InvariantCulture,
                $"{matrix.Right:N0} of {matrix.Total:N0} samples are right, {matrix.Value:0.00%}."));
            page.Plots([new MatrixPlot(matrix, [.. Enumerable.Range(0, matrix.Classes).Select(NameOf)])]);
        }
        if (samples.Numbers.Count > 0)
        {
            page.Heading("Predictions");
            double[] targets = [.. samples.Numbers.Select(n => n.Target)];
            double low = targets.Min(), high = targets.Max();
            LinePlot pairs = new() { Title = "Predicted and actual", XLabel = "target", YLabel = "output" };
            page.Plots([pairs.Add("samples", targets, [.. samples.Numbers.Select(n => n.Output)], LineStyle.Points)
                .Add("right", [low, high], [low, high], LineStyle.Dashed)]);
        }
        if (samples.Shown.Count == 0) return;
        page.Heading("Samples");
        if (TensorPicture.IsPicture(samples.Shown[0].Input.Shape))
        {
            PictureGrid grid = new(8, 96);
            foreach (ReportSamples.Example e in samples.Shown)
            {
                string caption = e.IsWrong ? $"{NameOf(e.Target)}, not {NameOf(e.Predicted)}" : NameOf(e.Target);
                grid.Add(e.Input, string.Create(CultureInfo.InvariantCulture, $"{caption} ({e.Probability:0%})"),
                    e.IsWrong);
            }
            page.Plots([grid]);
            return;
        }
        page.Table(["sample", "is", "taken for", ">probability", "input"], samples.Shown.Select(e =>
            ((IReadOnlyList<string>)[
                e.Index.ToString(CultureInfo.InvariantCulture), NameOf(e.Target), NameOf(e.Predicted),
                e.Probability.ToString("0.0%", CultureInfo.InvariantCulture), Numbers(e.Input),
            ], "")));
    }

    private void WriteEpochs(ReportPage page, int? best)
    {
        if (_epochs.Count == 0) return;
        page.Heading("Epochs");
        string[] metrics = [.. _epochs[0].Training.Metrics.Select(m => m.Name)];
        bool validated = _epochs.Any(e => e.Validation is not null);
        List<string> header = ["epoch", ">loss", .. metrics.Select(m => ">" + m)];
        if (validated) header.AddRange([">validation loss", .. metrics.Select(m => $">validation {m}")]);
        header.AddRange([">rate", ">samples/s", ">seconds"]);
        // Of a long training every few epochs, the best and the last.
        int stride = (_epochs.Count + MostRowsShown - 1) / MostRowsShown;
        page.Table(header, _epochs.Where(e => e.Epoch % stride == 0 || e.Epoch == best || e.Epoch == _epochs.Count)
            .Select(e =>
            {
                List<string> cells = [e.Epoch.ToString(CultureInfo.InvariantCulture), .. Figures(e.Training)];
                if (validated && e.Validation is { } v) cells.AddRange(Figures(v));
                else if (validated) cells.AddRange(Enumerable.Repeat("", 1 + metrics.Length));
                cells.AddRange([
                    Number(e.LearningRate), e.SamplesPerSecond.ToString("N0", CultureInfo.InvariantCulture),
                    e.Time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture),
                ]);
                return ((IReadOnlyList<string>)cells, e.Epoch == best ? "best" : "");
            }));
        static IEnumerable<string> Figures(EvaluationResult r) =>
            [Number(r.Loss), .. r.Metrics.Select(m => Number(m.Value))];
    }

    private void WriteWeights(ReportPage page)
    {
        List<Plot> plots = [];
        foreach ((string key, Parameter parameter) in _model.NamedParameters())
        {
            if (parameter.Value.Rank < 2 || plots.Count == MostHistograms) continue;
            plots.Add(new Histogram(parameter.Value.ToDoubles()) { Title = key, Width = 310, Height = 200 });
        }
        if (plots.Count == 0) return;
        page.Heading("Weights");
        page.Plots(plots);
    }

    private void WriteModel(ReportPage page)
    {
        page.Heading("Model");
        if (Data is not null) _summary ??= ModelSummary.Of(_model, First(Data));
        if (_summary is null)
        {
            page.Table(["parameter", "shape", ">numbers"], _model.NamedParameters().Select(p =>
                ((IReadOnlyList<string>)[p.Key, p.Parameter.Shape.ToString(), Count(p.Parameter.Value.Count)], "")));
            return;
        }
        page.Table(["layer", "kind", "output of one sample", ">parameters", ">multiply-adds"], _summary.Rows
            .Select(r => ((IReadOnlyList<string>)[
                new string(' ', 3 * r.Depth) + r.Name, r.Summary, r.Output?.ToString() ?? "", Count(r.Parameters),
                Count(r.MultiplyAdds),
            ], "")).Append(([
                "total", "", "", Count(_summary.Parameters), Count(_summary.MultiplyAdds),
            ], "best")));
        static string Count(long n) => n == 0 ? "" : n.ToString("N0", CultureInfo.InvariantCulture);
    }

    private IEnumerable<(string Name, string Value)> Environment()
    {
        foreach ((string, string) setting in Settings) yield return setting;
        yield return ("ChainRule", typeof(Tensor).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]);
        yield return (".NET", $"{System.Environment.Version} ({RuntimeInformation.RuntimeIdentifier})");
        yield return ("system", RuntimeInformation.OSDescription);
        yield return ("processor", string.Create(CultureInfo.InvariantCulture,
            $"{ProcessorName.Find()}, {System.Environment.ProcessorCount} of them for this process"));
        yield return ("vectors", string.Create(CultureInfo.InvariantCulture, $"{Compute.SimdBits} bits"));
        yield return ("threads", Compute.Threads.ToString(CultureInfo.InvariantCulture));
        yield return ("memory", string.Create(CultureInfo.InvariantCulture,
            $"{System.Environment.WorkingSet / 1e6:N0} MB used by the process"));
        yield return ("written", DateTimeOffset.Now.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture));
    }

    private int? BestSoFar()
    {
        EpochResult? best = null;
        foreach (EpochResult e in _epochs)
            if (best is null || e.Monitored.IsBetterThan(best.Monitored)) best = e;
        return best?.Epoch;
    }

    private static LinePlot Curves(
        string title, string label, IReadOnlyList<EpochResult> epochs, Func<EvaluationResult, double> figure, int? best)
    {
        double[] x = [.. epochs.Select(e => (double)e.Epoch)];
        LineStyle style = epochs.Count <= 40 ? LineStyle.LineAndPoints : LineStyle.Line;
        LinePlot plot = new LinePlot { Width = PlotWidth, Title = title, XLabel = "epoch", YLabel = label }
            .Add("training", x, [.. epochs.Select(e => figure(e.Training))], style);
        if (epochs.Any(e => e.Validation is not null))
            plot.Add("validation", x, [.. epochs.Select(e => e.Validation is { } v ? figure(v) : double.NaN)], style);
        return best is { } mark && epochs.Count > 1 ? plot.Mark(mark, "best") : plot;
    }

    private static Tensor First(DataLoader data)
    {
        foreach (Batch batch in data.Epoch(data.State.Epoch)) return batch.Input[..1];
        throw new DataException("TrainingReport", "the loader gives no batch.");
    }

    private static string Numbers(Tensor input)
    {
        double[] values = input.ToDoubles();
        return string.Join(", ", values.Take(NumbersShown).Select(Number))
            + (values.Length > NumbersShown ? ", ..." : "");
    }

    private static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
