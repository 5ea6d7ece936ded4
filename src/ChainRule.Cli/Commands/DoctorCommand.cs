using System.CommandLine;
using ChainRule.Cli.Diagnosis;
using ChainRule.Cli.Learning;
using ChainRule.Cli.Output;
using ChainRule.Cli.Parsing;
using ChainRule.Training;

namespace ChainRule.Cli.Commands;

/// <summary>
/// <c>doctor</c>: what the program runs on, whether it computes rightly and how fast, and what is odd; or, before a
/// training, what memory it will take.
/// </summary>
internal sealed class DoctorCommand : ICommandDefinition
{
    private readonly Option<string?> _memory = Opt.Text("--memory", "cnn|mlp|softmax|lenet5|FILE",
        "Shows instead what memory a training step of a network, or of a saved model, will take.");

    private readonly Option<string?> _data = Opt.Text("--data", "NAME|FILE.csv",
        "With --memory: what will be learnt from. [default: digits]");

    private readonly Option<int[]?> _hidden = Opt.Sizes("--hidden", "With --memory mlp: sizes of the hidden layers.");

    private readonly Option<int?> _batch = Opt.Whole("--batch", "N",
        "With --memory: samples in a batch. [default: that of train]");

    private readonly Option<OptimizerKind?> _optimizer = Opt.Choice("--optimizer",
        "With --memory: what changes the weights. [default: that of train]",
        [.. Enum.GetValues<OptimizerKind>().Select(o => (o.ToString().ToLowerInvariant(), o))]);

    private readonly Option<int?> _threads = Opt.Threads();

    private readonly Option<bool> _json = Opt.Flag("--json", "One JSON object a line.");

    /// <inheritdoc/>
    public string MoreHelp =>
        """
        Examples:
          chainrule doctor
          chainrule doctor --memory cnn --batch 256
          chainrule doctor --memory models/digits-cnn.safetensors

        Exit code 1 when the self-test fails.
        """;

    /// <inheritdoc/>
    public Command Define(Session session)
    {
        var command = new Command("doctor",
            "Shows versions, processor features, threads and data folders, and tests itself.")
        {
            _memory, _data, _hidden, _batch, _optimizer, _threads, _json,
        };
        command.SetAction(parsed =>
        {
            session.Json = parsed.GetValue(_json);
            using var threads = new ThreadSetting(parsed.GetValue(_threads));
            return parsed.GetValue(_memory) is { } model ? Forecast(session, model, parsed) : Examine(session, parsed);
        });
        return command;
    }

    private int Forecast(Session session, string model, ParseResult parsed)
    {
        int[]? hidden = parsed.GetValue(_hidden) is { Length: > 0 } sizes ? sizes : null;
        TrainRequest request = new()
        {
            Data = parsed.GetValue(_data),
            Hidden = hidden,
            Batch = parsed.GetValue(_batch),
            Optimizer = parsed.GetValue(_optimizer),
        };
        MemoryForecast forecast;
        if (Enum.GetValues<NetworkKind>().Where(k => Recipe.NameOf(k) == model).ToArray() is [var network])
        {
            forecast = MemoryForecast.Of(request with { Network = network }, session.Data);
        }
        else if (File.Exists(model) || Directory.Exists(model) || Path.HasExtension(model))
        {
            if (request.Data is not null || hidden is not null)
                throw new UsageException("--data and --hidden are for a network by name; the model's file tells both.");
            forecast = MemoryForecast.OfFile(model, request);
        }
        else
        {
            string[] names = [.. Enum.GetValues<NetworkKind>().Select(Recipe.NameOf)];
            throw new UsageException($"--memory: there is no network '{model}'{Opt.Suggestion(model, names)}; expected "
                + $"{Opt.Or(names)}, or the file of a model.");
        }
        if (session.Json) Json(session, forecast);
        else Show(session, forecast);
        return ExitCode.Done;
    }

    private static void Show(Session session, MemoryForecast forecast)
    {
        StepMemory step = forecast.Step;
        session.Line($"Memory of a training step: {forecast.Model}, batch {forecast.Batch}, "
            + Quantity.Of(Compute.Threads, "thread"));
        var table = new TextTable("for", ">bytes", "");
        table.Add("weights", Quantity.Bytes(step.Weights), "");
        table.Add("gradients", Quantity.Bytes(step.Gradients), "");
        table.Add("optimiser", Quantity.Bytes(step.OptimizerState), "");
        table.Add("batches", Quantity.Bytes(step.Batches), "the one in use and those made ahead");
        table.Add("results", Quantity.Bytes(step.Results),
            $"{Quantity.Bytes(step.Results / forecast.Batch)} a sample: a smaller batch needs less");
        table.Add("kernels", Quantity.Bytes(step.Kernels), "");
        table.Add("peak", Quantity.Bytes(step.Peak), "");
        table.Add("process", Quantity.Bytes(forecast.Process),
            "at most, while it trains: the runtime, the data and used batches besides");
        table.Write(session.Output, "  ");
    }

    private static void Json(Session session, MemoryForecast forecast)
    {
        StepMemory step = forecast.Step;
        session.Event(new JsonLine("memory").With("model", forecast.Model).With("batch", forecast.Batch)
            .With("threads", Compute.Threads).With("weights", step.Weights).With("gradients", step.Gradients)
            .With("optimizer", step.OptimizerState).With("batches", step.Batches).With("results", step.Results)
            .With("kernels", step.Kernels).With("peak", step.Peak)
            .With("process", forecast.Process));
    }

    private static int Examine(Session session, ParseResult parsed)
    {
        foreach (string option in (string[])["--data", "--hidden", "--batch", "--optimizer"])
        {
            if (parsed.GetResult(option) is not null)
                throw new UsageException($"{option} is for --memory.", "name a network: --memory cnn");
        }
        var machine = Machine.Look(session);
        if (!session.Json) Sections(session, machine);
        SelfTest test = SelfTest.Run(session.Cancellation);
        IReadOnlyList<string> remarks = [.. machine.Remarks(), .. test.Remarks()];
        if (session.Json) Json(session, machine, test, remarks);
        else Results(session, test, remarks);
        return test.Passed ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Sections(Session session, Machine machine)
    {
        foreach (var section in machine.Facts.GroupBy(f => f.Section))
        {
            session.Line(section.Key);
            int width = section.Max(f => f.Name.Length);
            foreach (Fact fact in section) session.Line($"  {fact.Name.PadRight(width)}  {fact.Value}");
            session.Line();
        }
    }

    private static void Results(Session session, SelfTest test, IReadOnlyList<string> remarks)
    {
        session.Line("Self-test");
        int width = test.Checks.Max(c => c.Name.Length);
        foreach (Check check in test.Checks)
            session.Line($"  {check.Name.PadRight(width)}  {(check.Passed ? "ok" : "FAILED")}  {check.Detail}");
        session.Line();
        session.Line(remarks.Count == 0 ? "Nothing odd." : "Remarks");
        foreach (string remark in remarks) session.Line($"  - {remark}");
    }

    private static void Json(Session session, Machine machine, SelfTest test, IReadOnlyList<string> remarks)
    {
        foreach (Fact fact in machine.Facts)
            session.Event(new JsonLine("fact").With("section", fact.Section).With("name", fact.Name)
                .With("value", fact.Value));
        foreach (Check check in test.Checks)
            session.Event(new JsonLine("check").With("name", check.Name).With("passed", check.Passed)
                .With("detail", check.Detail));
        session.Event(new JsonLine("end").With("passed", test.Passed).With("gflops", Math.Round(test.GigaFlops, 1))
            .With("remarks", JsonLine.List(remarks)));
    }
}
