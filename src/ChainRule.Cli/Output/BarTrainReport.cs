using System.Diagnostics;
using ChainRule.Cli.Learning;
using ChainRule.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ChainRule.Cli.Output;

/// <summary>A training in a terminal: a line for each finished epoch, and below them a bar for the whole.</summary>
internal sealed class BarTrainReport(Session session) : TrainReport
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120);
    private const int TextWidth = 82; // of the rest of the line

    private readonly Stopwatch _clock = new(), _silence = new();
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(session.Output),
        Ansi = AnsiSupport.Yes,
        Interactive = InteractionSupport.Yes,
        ColorSystem = session.Colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
    });

    private ProgressContext? _screen;
    private ProgressTask? _bar;
    private TrainingProgress _last;
    private int _epochs;
    private string _metric = "";

    /// <inheritdoc/>
    public override void Start(TrainStart start)
    {
        TrainTexts.Start(session, start);
        _epochs = start.Recipe.Epochs!.Value;
        _metric = TrainTexts.MetricName(start.Material);
        _clock.Start();
    }

    /// <inheritdoc/>
    public override TrainingHistory During(Func<TrainingHistory> training)
    {
        TrainingHistory? history = null;
        // Drawn from the training thread, between steps: a thread of its own would take time from the kernels'.
        _console.Progress().AutoRefresh(false).AutoClear(true)
            .Columns(new ProgressBarColumn { Width = Math.Clamp(session.Width - TextWidth, 6, 30) },
                new PercentageColumn(), new TextColumn(() => Status()))
            .Start(screen =>
            {
                _screen = screen;
                _bar = screen.AddTask("training", maxValue: 1);
                screen.Refresh();
                _silence.Start();
                history = training();
            });
        return history!;
    }

    /// <inheritdoc/>
    public override void Report(TrainingProgress value)
    {
        _last = value;
        if (_silence.Elapsed < Pause && value.Batch < value.Batches) return;
        _silence.Restart();
        _bar!.Value = value.Done;
        _screen!.Refresh();
    }

    /// <inheritdoc/>
    protected override void Epoch(EpochResult result)
    {
        // A short training's every epoch; of a long one the last is on the bar anyhow.
        if (result.Epoch % Math.Max(1, _epochs / 20) == 0 || result.Epoch == _epochs)
        {
            // As long as the bar's line, which it is written over.
            int width = session.Width - 1;
            _console.WriteLine(TrainTexts.Epoch(result, _epochs, _metric, width).PadRight(width));
        }
        _screen!.Refresh();
    }

    /// <inheritdoc/>
    public override void End(TrainOutcome outcome) => TrainTexts.End(session, outcome, _clock.Elapsed);

    private string Status() => _last.Batches == 0 ? "first step ..."
        : $"{TrainTexts.EpochOf(_last.Epoch, _epochs)}  loss {_last.Loss:0.0000}  "
            + $"{TrainTexts.Metric(_metric, _last.Metric ?? double.NaN)}  "
            + $"{Quantity.Speed(_last.SamplesPerSecond)}  {Quantity.Time(_last.Remaining)} left";

    private sealed class TextColumn(Func<string> text) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(text()) { Overflow = Overflow.Ellipsis };
    }
}
