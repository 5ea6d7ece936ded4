using System.CommandLine;
using System.Text.Json.Nodes;
using ChainRule.Cli.Learning;
using ChainRule.Cli.Output;
using ChainRule.Cli.Parsing;
using ChainRule.Models;
using ChainRule.Nn;

namespace ChainRule.Cli.Commands;

/// <summary><c>summary</c>: what a network is made of.</summary>
internal sealed class SummaryCommand : ICommandDefinition
{
    private const int Pictures = 28, MostNumbers = 1_000_000;

    private readonly Argument<string> _model = new("MODEL")
    {
        Description = "A network, cnn, mlp, softmax or lenet5, or the file of a trained model.",
    };

    private readonly Option<int[]?> _input = Opt.Sizes("--input",
        "Sizes of one input. [default: 1,28,28 for a network; what the file says]");

    private readonly Option<int[]?> _hidden = Opt.Sizes("--hidden",
        "Sizes of the hidden layers of an mlp. [default: those of train]");

    private readonly Option<bool> _json = Opt.Flag("--json", "One JSON object.");

    /// <inheritdoc/>
    public string MoreHelp =>
        """
        Examples:
          chainrule summary cnn
          chainrule summary mlp --input 4 --hidden 10,20,10
          chainrule summary models/digits-cnn.safetensors

        Counted for one sample. A multiply-add is two floating-point operations. What a whole step of training takes
        of memory is told by: chainrule doctor --memory MODEL
        """;

    /// <inheritdoc/>
    public Command Define(Session session)
    {
        var command = new Command("summary", "Shows a network's layers, shapes, parameters, work and memory.")
        {
            _model, _input, _hidden, _json,
        };
        command.SetAction(parsed =>
        {
            session.Json = parsed.GetValue(_json);
            string name = parsed.GetValue(_model)!;
            (Layer model, int[] input) = Find(name, Given(parsed, _input), Given(parsed, _hidden));
            ModelSummary summary = Run(name, model, input);
            if (session.Json) Json(session, model, input, summary);
            else Text(session, model, input, summary);
        });
        return command;
    }

    private static (Layer Model, int[] Input) Find(string name, int[]? input, int[]? hidden)
    {
        if (input is not null) CheckSize(input);
        if (Enum.GetValues<NetworkKind>().Where(k => Recipe.NameOf(k) == name).ToArray() is [var network])
        {
            if (hidden is not null && network != NetworkKind.Mlp)
                throw new UsageException($"--hidden is for an mlp; the model is {name}.");
            input ??= [1, Pictures, Pictures];
            int numbers = input.Aggregate((a, b) => a * b);
            ModelOptions options = network switch
            {
                NetworkKind.Cnn => new MnistCnnOptions(),
                NetworkKind.LeNet5 => new LeNet5Options(),
                NetworkKind.Softmax => new SoftmaxRegressionOptions { Features = numbers, Classes = 10 },
                _ => new MlpOptions { Sizes = [numbers, .. hidden ?? [128], 10] },
            };
            return (options.Build(new Rng(0)), input);
        }
        if (!File.Exists(name) && !Directory.Exists(name) && !Path.HasExtension(name))
        {
            string[] names = [.. Enum.GetValues<NetworkKind>().Select(Recipe.NameOf)];
            throw new UsageException($"there is no network '{name}'{Opt.Suggestion(name, names)}; expected "
                + $"{Opt.Or(names)}, or the file of a model.");
        }
        if (hidden is not null) throw new UsageException("--hidden is for an mlp by name; the model's file tells it.");
        SavedModel saved = ModelFiles.Load(name);
        input ??= saved.Description.InputShape?.ToArray() ?? throw new UsageException(
            $"{name} does not say what shape its inputs have.", "say it: --input 1,28,28");
        return (saved.Model, input);
    }

    // What cannot be an input is refused before memory is asked for it.
    private static void CheckSize(int[] sizes)
    {
        long count = 1;
        foreach (int size in sizes)
        {
            count *= size;
            if (count > MostNumbers)
            {
                throw new UsageException($"--input: [{string.Join(", ", sizes)}] has more than "
                    + $"{Quantity.Count(MostNumbers)} numbers.");
            }
        }
    }

    private static ModelSummary Run(string name, Layer model, int[] input)
    {
        try
        {
            return ModelSummary.Of(model, [1, .. input]);
        }
        catch (ShapeException e)
        {
            throw new UsageException($"{name} does not take inputs of [{string.Join(", ", input)}].\n{e.Message}");
        }
    }

    private static void Text(Session session, Layer model, int[] input, ModelSummary summary)
    {
        session.Line($"{model.Summary}, one input of [{string.Join(", ", input)}]");
        session.Line();
        var table = new TextTable("layer", "kind", "output", ">parameters", ">multiply-adds");
        foreach (ModuleRow row in summary.Rows.Skip(1))
        {
            table.Add(new string(' ', 2 * (row.Depth - 1)) + row.Name, row.Summary, row.Output?.ToString() ?? "",
                Some(row.Parameters), Some(row.MultiplyAdds));
        }
        table.Add("total", "", summary.Rows[0].Output?.ToString() ?? "", Quantity.Count(summary.Parameters),
            Quantity.Count(summary.MultiplyAdds));
        table.Write(session.Output);
        session.Line();
        session.Line($"work     {Quantity.Count(2 * summary.MultiplyAdds)} floating-point operations a sample, "
            + "forward");
        session.Line($"memory   {Quantity.Bytes(summary.WeightBytes)} of weights, "
            + $"{Quantity.Bytes(summary.ActivationBytes)} of results a sample");

        static string Some(long n) => n == 0 ? "" : Quantity.Count(n);
    }

    private static void Json(Session session, Layer model, int[] input, ModelSummary summary)
    {
        JsonArray layers = [.. summary.Rows.Skip(1).Select(r => (JsonNode)new JsonObject
        {
            ["key"] = r.Key,
            ["kind"] = r.Summary,
            ["output"] = r.Output is { } shape ? JsonLine.List(shape.Select(d => (double)d)) : null,
            ["parameters"] = r.Parameters,
            ["multiplyAdds"] = r.MultiplyAdds,
            ["activationBytes"] = r.ActivationBytes,
        })];
        session.Event(new JsonLine("summary").With("model", model.Summary)
            .With("input", JsonLine.List(input.Select(d => (double)d))).With("parameters", summary.Parameters)
            .With("multiplyAdds", summary.MultiplyAdds).With("flops", 2 * summary.MultiplyAdds)
            .With("weightBytes", summary.WeightBytes).With("activationBytes", summary.ActivationBytes)
            .With("layers", layers));
    }

    private static int[]? Given(ParseResult parsed, Option<int[]?> option) =>
        parsed.GetValue(option) is { Length: > 0 } sizes ? sizes : null; // the parser gives [] for none
}
