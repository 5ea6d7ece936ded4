using System.CommandLine;
using System.Text.Json.Nodes;
using ChainRule.Cli.Learning;
using ChainRule.Cli.Output;
using ChainRule.Cli.Parsing;
using ChainRule.Models;
using ChainRule.Training;

namespace ChainRule.Cli.Commands;

/// <summary><c>evaluate</c>: how well a saved model does.</summary>
internal sealed class EvaluateCommand : ICommandDefinition
{
    private const int MostColumns = 20;

    private readonly Argument<string> _model = new("MODEL") { Description = "File of a trained model." };

    private readonly Option<string?> _data = Opt.Text("--data", "digits|mnist|fashion-mnist|iris|FILE.csv",
        "What to test on: a data set's test part, or all rows of a file. [default: the test part of what it learned "
            + "from]");

    private readonly Option<int?> _threads = Opt.Threads();

    private readonly Option<bool> _json = Opt.Flag("--json", "One JSON object.");

    /// <inheritdoc/>
    public string MoreHelp =>
        """
        Examples:
          chainrule evaluate models/digits-cnn.safetensors
          chainrule evaluate models/digits-cnn.safetensors --data mnist
        """;

    /// <inheritdoc/>
    public Command Define(Session session)
    {
        var command = new Command("evaluate", "Tests a trained model: accuracy, loss and confusion matrix.")
        {
            _model, _data, _threads, _json,
        };
        command.SetAction(parsed =>
        {
            session.Json = parsed.GetValue(_json);
            using var threads = new ThreadSetting(parsed.GetValue(_threads));
            string path = parsed.GetValue(_model)!;
            SavedModel saved = ModelFiles.Load(path);
            Evaluation evaluation = Evaluation.Of(saved, parsed.GetValue(_data), session);
            if (session.Json) Json(session, path, evaluation);
            else Text(session, path, evaluation);
        });
        return command;
    }

    private static void Text(Session session, string path, Evaluation e)
    {
        session.Line($"model     {path} ({e.Saved.Description.Model.Architecture})");
        session.Line($"data      {e.Name}: {Quantity.Of(e.Samples, "sample")}");
        if (e.Confusion is not { } table)
        {
            double std = e.TargetStd;
            session.Line($"R2        {e.R2:0.0000}");
            session.Line($"MSE       {Quantity.Short(e.Loss * std * std)}");
            session.Line($"RMSE      {Quantity.Short(Math.Sqrt(e.Loss) * std)}, in units of '{e.Target}'");
            return;
        }
        session.Line($"accuracy  {Quantity.Percent(table.Value)} ({Quantity.Count(table.Right)} of "
            + $"{Quantity.Count(table.Total)})");
        session.Line($"loss      {e.Loss:0.0000}");
        session.Line();
        if (table.Classes <= MostColumns) Matrix(session, table, e.Classes!);
        else Confusions(session, table, e.Classes!);
    }

    private static void Matrix(Session session, ConfusionMatrix table, IReadOnlyList<string> classes)
    {
        session.Line("Rows: what it is; columns: what it was taken for.");
        var text = new TextTable(["", .. classes.Select(c => ">" + c), ">recall"]);
        for (int actual = 0; actual < table.Classes; actual++)
        {
            int row = actual;
            text.Add([classes[row],
                .. Enumerable.Range(0, table.Classes).Select(c => table[row, c] == 0 ? "."
                    : Quantity.Count(table[row, c])),
                Share(table.Recall(row))]);
        }
        text.Add(["precision", .. Enumerable.Range(0, table.Classes).Select(c => Share(table.Precision(c))), ""]);
        text.Write(session.Output);
    }

    private static void Confusions(Session session, ConfusionMatrix table, IReadOnlyList<string> classes)
    {
        var worst =
            from actual in Enumerable.Range(0, table.Classes)
            from taken in Enumerable.Range(0, table.Classes)
            where actual != taken && table[actual, taken] > 0
            orderby table[actual, taken] descending
            select (actual, taken);
        var text = new TextTable("WHAT IT IS", "TAKEN FOR", ">TIMES");
        foreach (var (actual, taken) in worst.Take(MostColumns))
            text.Add(classes[actual], classes[taken], Quantity.Count(table[actual, taken]));
        text.Write(session.Output);
    }

    private static void Json(Session session, string path, Evaluation e)
    {
        var line = new JsonLine("result").With("model", path).With("architecture",
            e.Saved.Description.Model.Architecture)
            .With("data", e.Name).With("samples", e.Samples).With("loss", e.Loss);
        if (e.Confusion is { } table)
        {
            line.With("accuracy", table.Value).With("classes", JsonLine.List(e.Classes!)).With("confusion",
                new JsonArray([.. Enumerable.Range(0, table.Classes).Select(row =>
                    JsonLine.List(Enumerable.Range(0, table.Classes).Select(c => (double)table[row, c])))]));
        }
        else
        {
            double std = e.TargetStd;
            line.With("r2", e.R2).With("mse", e.Loss * std * std).With("rmse", Math.Sqrt(e.Loss) * std);
        }
        session.Event(line);
    }

    private static string Share(double value) => double.IsNaN(value) ? "-" : Quantity.Percent(value);
}
