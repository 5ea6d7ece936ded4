using System.CommandLine;
using ChainRule.Cli.Learning;
using ChainRule.Cli.Output;
using ChainRule.Cli.Parsing;
using ChainRule.Formats;
using ChainRule.Models;

namespace ChainRule.Cli.Commands;

/// <summary><c>train</c>: from data to a saved model.</summary>
internal sealed class TrainCommand : ICommandDefinition
{
    private readonly Option<string?> _data = Opt.Text("--data", "digits|mnist|fashion-mnist|iris|FILE.csv",
        "What to learn from. [default: digits, built in]");

    private readonly Option<NetworkKind?> _model = Opt.Choice("--model",
        "The network. [default: cnn for pictures, mlp for rows]",
        [.. Enum.GetValues<NetworkKind>().Select(k => (Recipe.NameOf(k), k))]);

    private readonly Option<int[]?> _hidden = Opt.Sizes("--hidden",
        "Sizes of the hidden layers of an mlp. [default: 128 for pictures, 10,20,10 for rows]");

    private readonly Option<Activation?> _activation = Opt.Choice("--activation",
        "What follows the hidden layers. [default: relu]",
        [.. Enum.GetValues<Activation>().Select(a => (a.ToString().ToLowerInvariant(), a))]);

    private readonly Option<int?> _epochs = Opt.Whole("--epochs", "N",
        "Passes over the data. [default: 5 for pictures, 3 for the cnn on digits; more for few rows]");

    private readonly Option<int?> _batch = Opt.Whole("--batch", "N",
        "Samples in a batch. [default: 64; 16 for few rows]");

    private readonly Option<OptimizerKind?> _optimizer = Opt.Choice("--optimizer",
        "Changes the weights. [default: adam; sgd for softmax on pictures]",
        [.. Enum.GetValues<OptimizerKind>().Select(o => (o.ToString().ToLowerInvariant(), o))]);

    private readonly Option<double?> _rate = Opt.Number("--lr", "RATE",
        "Learning rate. [default: with adam 0.001 for cnn, 0.002 for other networks of pictures, 0.01 for rows]", v =>
            v > 0 && double.IsFinite(v),
        "a number above 0");

    private readonly Option<ScheduleKind?> _schedule = Opt.Choice("--schedule",
        "How the rate goes on: stays, or falls to 0. [default: cosine for networks of pictures, else constant]",
        ("constant", ScheduleKind.Constant), ("cosine", ScheduleKind.Cosine));

    private readonly Option<double?> _decay = Opt.Number("--weight-decay", "NUMBER",
        "Pulls weights towards 0. [default: 0; 0.01 for adamw]", v => v >= 0 && double.IsFinite(v),
        "a number of 0 or more");

    private readonly Option<double?> _validation = Opt.Number("--validation", "SHARE",
        "Share of the samples kept aside to find the best epoch. [default: 0.05 for pictures, 0.1 for files of 100 "
            + "rows or more]",
        v => v is >= 0 and < 1, "a share of 0 or more and below 1");

    private readonly Option<int?> _patience = Opt.Whole("--patience", "N",
        "Stops after so many epochs in a row without a better one. [default: never]");

    private readonly Option<int?> _samples = Opt.Whole("--samples", "N",
        "Learn from so many samples only. [default: all; 20000 digits]");

    private readonly Option<string?> _target = Opt.Text("--target", "COLUMN",
        "Column of a CSV file to predict, by name or number. [default: the last]");

    private readonly Option<CsvTask?> _task = Opt.Choice("--task",
        "What the target is. [default: told from the column]",
        ("classes", CsvTask.Classification), ("number", CsvTask.Regression));

    private readonly Option<string?> _ignore = Opt.Text("--ignore", "COLUMN,...",
        "Columns of a CSV file to leave out, by name or number.");

    private readonly Option<string?> _categorical = Opt.Text("--categorical", "COLUMN,...",
        "Columns of a CSV file whose numbers are categories.");

    private readonly Option<CsvMissing?> _missing = Opt.Choice("--missing",
        "What to do with rows that have empty cells. [default: error]",
        ("error", CsvMissing.Error), ("drop", CsvMissing.DropRow), ("mean", CsvMissing.FillMean));

    private readonly Option<double?> _test = Opt.Number("--test", "SHARE",
        "Share of a CSV file's rows for test. [default: 0.2]", v => v is >= 0 and < 1,
        "a share of 0 or more and below 1");

    private readonly Option<ulong?> _seed = Opt.Seed("--seed",
        "Decides everything random: the same seed, the same weights. [default: 0]");

    private readonly Option<int?> _threads = Opt.Threads();

    private readonly Option<string?> _out = Opt.Text("--out", "FILE",
        "Where the model goes. [default: models/DATA-MODEL.safetensors]");

    private readonly Option<string?> _report = Opt.Text("--report", "FILE.html",
        "Also writes a page with curves, mistakes, weights and settings, new after every epoch.");

    private readonly Option<string?> _plot = Opt.Text("--plot", "FILE.svg|FILE.png",
        "Also draws the losses, anew after every epoch.");

    private readonly Option<string?> _board = Opt.Text("--tensorboard", "FOLDER",
        "Also writes curves, weights and gradients for TensorBoard.");

    private readonly Option<string?> _checkpoints = Opt.Text("--checkpoints", "FOLDER",
        "Also leaves all that a training is in a folder, after every epoch and when it is interrupted.");

    private readonly Option<bool> _resume = Opt.Flag("--resume",
        "Goes on from the latest of --checkpoints, to the same weights as without the interruption.");

    private readonly Option<bool> _dashboard = Opt.Flag("--dashboard",
        "Draws curve, epochs, rate, speed and time left while it trains; in a file or pipe, plain lines.");

    private readonly Option<bool> _json = Opt.Flag("--json", "One JSON event a line: start, step, epoch, end.");

    /// <inheritdoc/>
    public string MoreHelp =>
        """
        Examples:
          chainrule train
          chainrule train --data mnist --model mlp --epochs 5 --lr 0.001
          chainrule train --data flowers.csv --target species --hidden 10,20,10
          chainrule train --data mnist --dashboard --report report.html --checkpoints runs/mnist

        Ctrl-C stops within one batch and saves the weights of the best epoch so far; the exit code is then 1.
        With --checkpoints the same command and --resume go on from there.
        """;

    /// <inheritdoc/>
    public Command Define(Session session)
    {
        var command = new Command("train", "Trains a network and saves it; with no option a cnn on built-in digits.")
        {
            _data, _model, _hidden, _activation, _epochs, _batch, _optimizer, _rate, _schedule, _decay, _validation,
            _patience, _samples, _target, _task, _ignore, _categorical, _missing, _test, _seed, _threads, _out,
            _report, _plot, _board, _checkpoints, _resume, _dashboard, _json,
        };
        command.SetAction(parsed =>
        {
            session.Json = parsed.GetValue(_json);
            using var threads = new ThreadSetting(parsed.GetValue(_threads));
            bool dashboard = parsed.GetValue(_dashboard);
            return new TrainRun(Read(parsed), session, _ => session.Json ? new JsonTrainReport(session)
                : dashboard && session.Redraws ? new DashboardTrainReport(session)
                : session.Interactive && !dashboard ? new BarTrainReport(session)
                : new PlainTrainReport(session)).Run();
        });
        return command;
    }

    private TrainRequest Read(ParseResult parsed) => new()
    {
        Data = parsed.GetValue(_data),
        Network = parsed.GetValue(_model),
        Hidden = parsed.GetValue(_hidden) is { Length: > 0 } hidden ? hidden : null, // the parser gives [] for none
        Activation = parsed.GetValue(_activation),
        Epochs = parsed.GetValue(_epochs),
        Batch = parsed.GetValue(_batch),
        Optimizer = parsed.GetValue(_optimizer),
        Rate = parsed.GetValue(_rate),
        Schedule = parsed.GetValue(_schedule),
        WeightDecay = parsed.GetValue(_decay),
        Validation = parsed.GetValue(_validation),
        Patience = parsed.GetValue(_patience),
        Samples = parsed.GetValue(_samples),
        Target = parsed.GetValue(_target),
        Task = parsed.GetValue(_task),
        Ignore = Names(parsed.GetValue(_ignore)),
        Categorical = Names(parsed.GetValue(_categorical)),
        Missing = parsed.GetValue(_missing),
        TestShare = parsed.GetValue(_test),
        Seed = parsed.GetValue(_seed),
        Out = parsed.GetValue(_out),
        Report = parsed.GetValue(_report),
        Plot = parsed.GetValue(_plot),
        TensorBoard = parsed.GetValue(_board),
        Checkpoints = parsed.GetValue(_checkpoints),
        Resume = parsed.GetValue(_resume),
    };

    private static string[]? Names(string? list) =>
        list?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
