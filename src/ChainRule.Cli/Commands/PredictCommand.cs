using System.CommandLine;
using System.Text.Json.Nodes;
using ChainRule.Cli.Learning;
using ChainRule.Cli.Output;
using ChainRule.Cli.Parsing;
using ChainRule.Models;

namespace ChainRule.Cli.Commands;

/// <summary><c>predict</c>: what a saved model makes of pictures and rows.</summary>
internal sealed class PredictCommand : ICommandDefinition
{
    private readonly Argument<string> _model = new("MODEL") { Description = "File of a trained model." };

    private readonly Argument<string[]> _inputs = new("INPUT")
    {
        Description = "PNG files, CSV files, or rows such as 5.1,3.5,1.4,0.2.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> _json = Opt.Flag("--json", "One JSON object for each picture or row.");

    /// <inheritdoc/>
    public string MoreHelp =>
        """
        Pictures of digits may be of any size, dark on light or light on dark.

        Examples:
          chainrule predict models/digits-cnn.safetensors seven.png
          chainrule predict models/iris-mlp.safetensors 5.1,3.5,1.4,0.2
          chainrule predict models/iris-mlp.safetensors flowers.csv
        """;

    /// <inheritdoc/>
    public Command Define(Session session)
    {
        var command = new Command("predict", "Applies a trained model: the three likeliest classes, or a number.")
        {
            _model, _inputs, _json,
        };
        command.SetAction(parsed =>
        {
            session.Json = parsed.GetValue(_json);
            SavedModel saved = ModelFiles.Load(parsed.GetValue(_model)!);
            var predictor = new Predictor(saved);
            foreach (string input in parsed.GetValue(_inputs)!)
            {
                foreach (Prediction prediction in predictor.Predict(input))
                {
                    session.Cancellation.ThrowIfCancellationRequested();
                    if (session.Json) Json(session, prediction);
                    else Text(session, prediction, saved.Description.Target);
                }
            }
        });
        return command;
    }

    private static void Text(Session session, Prediction p, string? target)
    {
        string answer = p.Top is { } top
            ? string.Join(", ", top.Select(g => $"{g.Class} {Quantity.Percent(g.Probability)}"))
            : $"{target} = {Quantity.Short(p.Value!.Value)}";
        session.Line($"{p.Input}: {answer}{(p.Remark is null ? "" : $"  ({p.Remark})")}");
    }

    private static void Json(Session session, Prediction p)
    {
        var line = new JsonLine("prediction").With("input", p.Input);
        if (p.Remark is not null) line.With("remark", p.Remark);
        if (p.Top is { } top)
        {
            line.With("class", top[0].Class).With("top", new JsonArray([.. top.Select(g => new JsonObject
            {
                ["class"] = g.Class,
                ["probability"] = g.Probability,
            })]));
        }
        else
        {
            line.With("value", p.Value);
        }
        session.Event(line);
    }
}
