using System.Diagnostics;
using ChainRule.Cli.Learning;
using ChainRule.Reports;
using ChainRule.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ChainRule.Cli.Output;

/// <summary>A training as a part of the screen that is drawn anew: curve, epochs, rate, speed and time left.</summary>
internal sealed class DashboardTrainReport(Session session) : TrainReport
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private const int TableWidth = 60, MostRows = 13, LeastRows = 5, OtherRows = 8, MostSpeeds = 64;
    private const int Utf8 = 65001, Utf16 = 1200;

    private readonly Stopwatch _clock = new(), _silence = new();
    private readonly StepCurve _losses = new(), _rates = new();
    private readonly List<EpochResult> _epochs = [];
    private readonly List<double> _speeds = [];
    private readonly bool _unicode = session.Output.Encoding.CodePage is Utf8 or Utf16;

    private LiveArea? _screen;
    private TrainingProgress _last;
    private (long Step, TimeSpan Time) _drawn;
    private int _asked, _batch;
    private string _metric = "";

    /// <inheritdoc/>
    public override void Start(TrainStart start)
    {
        TrainTexts.Start(session, start);
        (_asked, _batch) = (start.Recipe.Epochs!.Value, start.Recipe.Batch!.Value);
        _metric = TrainTexts.MetricName(start.Material);
        _clock.Start();
    }

    /// <inheritdoc/>
    public override TrainingDecision OnStart(TrainingStart start)
    {
        _epochs.AddRange(start.Done);
        return TrainingDecision.Continue;
    }

    /// <inheritdoc/>
    public override TrainingHistory During(Func<TrainingHistory> training)
    {
        // Drawn from the training thread, between steps: a thread of its own would take time from the kernels'.
        using LiveArea screen = new(session);
        _screen = screen;
        Draw();
        _silence.Start();
        TrainingHistory history = training();
        Draw();
        return history;
    }

    /// <inheritdoc/>
    public override void Report(TrainingProgress value)
    {
        _last = value;
        double place = value.Done * value.Epochs;
        _losses.Add(place, value.BatchLoss);
        _rates.Add(place, value.LearningRate);
        if (_silence.Elapsed < Pause) return;
        _silence.Restart();
        Draw();
    }

    /// <inheritdoc/>
    protected override void Epoch(EpochResult result)
    {
        _epochs.Add(result);
        Draw();
    }

    /// <inheritdoc/>
    public override void End(TrainOutcome outcome) => TrainTexts.End(session, outcome, _clock.Elapsed);

    private void Draw()
    {
        TimeSpan now = _clock.Elapsed;
        if (_last.Step > _drawn.Step && now > _drawn.Time)
        {
            _speeds.Add((_last.Step - _drawn.Step) * (double)_batch / (now - _drawn.Time).TotalSeconds);
            if (_speeds.Count > MostSpeeds) _speeds.RemoveAt(0);
            _drawn = (_last.Step, now);
        }
        (int columns, int lines) = session.Size();
        int width = Math.Clamp(columns - 1, 40, 120), rows = Math.Clamp(lines - OtherRows, LeastRows, MostRows);
        _screen!.Draw(columns, new Rows(Progress(width), Body(width, rows), Sparks(width)));
    }

    private Markup Progress(int width)
    {
        string text = _last.Batches == 0 ? "first step ..."
            : $" {_last.Done,4:0%}  {TrainTexts.EpochOf(_last.Epoch, _asked)}  batch {_last.Batch}/{_last.Batches}  "
                + $"{Quantity.Time(_last.Elapsed)}, {Quantity.Time(_last.Remaining)} left";
        int all = Math.Max(4, width - text.Length - 1);
        int done = _last.Batches == 0 ? 0 : (int)Math.Round(_last.Done * all);
        (char full, char rest) = _unicode ? ('━', '─') : ('#', '-');
        return new Markup($"[green]{new string(full, done)}[/][grey]{new string(rest, all - done)}[/]"
            + Markup.Escape(text));
    }

    // The curve, and beside it the table of epochs, or below it where the terminal is narrow.
    private IRenderable Body(int width, int rows)
    {
        bool beside = width >= TableWidth + 40;
        int chartRows = beside ? rows : Math.Max(LeastRows, rows - 5), tableRows = beside ? rows - 1 : 4;
        TerminalChart chart = new TerminalChart(beside ? width - TableWidth : width, chartRows, _unicode)
        {
            XEnd = _asked,
        }.Line(_losses.Places, _losses.Means, Color.DodgerBlue1);
        if (_epochs.Any(e => e.Validation is not null))
        {
            chart.Marks([.. _epochs.Select(e => (double)e.Epoch)],
                [.. _epochs.Select(e => e.Validation?.Loss ?? double.NaN)], Color.DarkOrange);
        }
        if (!beside) return new Rows(chart, EpochTable(tableRows));
        return new Spectre.Console.Grid().AddColumns(
            new GridColumn().NoWrap().PadRight(1), new GridColumn().NoWrap()).AddRow(chart, EpochTable(tableRows));
    }

    private Table EpochTable(int rows)
    {
        bool validated = _epochs.Any(e => e.Validation is not null);
        Table table = new Table().NoBorder();
        string[] header = validated ? ["epoch", "loss", _metric, "validation", _metric, "time"]
            : ["epoch", "loss", _metric, "time"];
        foreach (string name in header)
        {
            string colour = name == "validation" ? "darkorange" : "grey";
            table.AddColumn(new TableColumn($"[{colour}]{name}[/]").RightAligned().NoWrap().PadLeft(1));
        }
        if (_epochs.Count == 0) return table;
        int best = _epochs.Aggregate((a, b) => b.Monitored.IsBetterThan(a.Monitored) ? b : a).Epoch;
        foreach (EpochResult e in _epochs.Skip(_epochs.Count - rows))
        {
            List<string> cells = [$"{e.Epoch}", $"{e.Training.Loss:0.0000}", Value(e.Training)];
            if (validated)
                cells.AddRange(e.Validation is { } v ? [$"{v.Loss:0.0000}", Value(v)] : ["", ""]);
            cells.Add(Quantity.Time(e.Time));
            table.AddRow([.. cells.Select(c => new Markup(e.Epoch == best ? $"[green]{c}[/]" : c))]);
        }
        return table;

        string Value(EvaluationResult r) =>
            TrainTexts.Metric(_metric, r.Metrics[0].Value)[(_metric.Length + 1)..];
    }

    private Markup Sparks(int width)
    {
        if (_last.Batches == 0) return new Markup("");
        string loss = $"loss [dodgerblue1]{_last.Loss:0.0000}[/]  "
            + $"{TrainTexts.Metric(_metric, _last.Metric ?? double.NaN)}";
        string rate = $"rate {Figures.Short(_last.LearningRate)}", speed = Quantity.Speed(_last.SamplesPerSecond);
        int room = (width - loss.Length + "[dodgerblue1][/]".Length - rate.Length - speed.Length - 8) / 2;
        if (!_unicode || room < 6) return new Markup($"{loss}   {rate}   {speed}");
        int marks = Math.Min(room, 24), every = Math.Max(1, _rates.Means.Count / marks);
        double[] rates = [.. _rates.Means.Where((_, i) => i % every == every - 1)];
        return new Markup($"{loss}   {rate} [grey]{TerminalChart.Sparkline(rates, marks)}[/]   "
            + $"{speed} [grey]{TerminalChart.Sparkline(_speeds, marks)}[/]");
    }
}
