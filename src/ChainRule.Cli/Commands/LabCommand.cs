using System.CommandLine;
using ChainRule.Cli.Learning;
using ChainRule.Cli.Output;
using ChainRule.Cli.Parsing;
using ChainRule.Labs;

namespace ChainRule.Cli.Commands;

/// <summary><c>lab</c>: the experiments there are, and running one.</summary>
internal sealed class LabCommand : ICommandDefinition
{
    private readonly Argument<string?> _name = Name();

    private readonly Option<string?> _out = Opt.Text("--out", "FOLDER",
        "Where the page goes: README.md, index.html, and its plots as SVG and PNG. [default: labs/NAME]");

    private readonly Option<ulong?> _seed = Opt.Seed("--seed",
        "Decides everything random: the same seed, the same page. [default: 1]");

    private readonly Option<bool> _quick = Opt.Flag("--quick",
        "Small networks for a moment: to see what a lab does, not what is true.");

    private readonly Option<int?> _threads = Opt.Threads();

    private readonly Option<bool> _json = Opt.Flag("--json", "One JSON event a line: progress, figure, claim, end.");

    /// <inheritdoc/>
    public string MoreHelp =>
        """
        Examples:
          chainrule lab
          chainrule lab init
          chainrule lab regularisation --out pages/regularisation --seed 7

        Every number of a page is measured in the run. Labs learn from MNIST where it is (chainrule data where mnist),
        else from digits drawn by code.
        """;

    /// <inheritdoc/>
    public Command Define(Session session)
    {
        var command = new Command("lab", "Runs an experiment and writes a page of it; without a name lists them.")
        {
            _name, _out, _seed, _quick, _threads, _json,
        };
        command.SetAction(parsed =>
        {
            session.Json = parsed.GetValue(_json);
            using var threads = new ThreadSetting(parsed.GetValue(_threads));
            if (parsed.GetValue(_name) is not { } name) List(session);
            else Run(session, Known(name), parsed);
        });
        return command;
    }

    private static void List(Session session)
    {
        if (session.Json)
        {
            foreach (Lab lab in Lab.All)
                session.Event(new JsonLine("lab").With("name", lab.Name).With("question", lab.Question));
            return;
        }
        var table = new TextTable("NAME", "WHAT IT ASKS");
        foreach (Lab lab in Lab.All) table.Add(lab.Name, lab.Question);
        table.Write(session.Output);
        session.Line();
        session.Line("Run one with: chainrule lab NAME");
    }

    private void Run(Session session, Lab lab, ParseResult parsed)
    {
        string folder = parsed.GetValue(_out) ?? Path.Combine("labs", lab.Name);
        string index = Path.Combine(folder, "index.html");
        OutputFile.Check(index);
        LabPage page = lab.Run(new LabOptions
        {
            Seed = parsed.GetValue(_seed) ?? 1,
            Quick = parsed.GetValue(_quick),
            Data = session.Data,
            Progress = new Lines(session),
            Cancellation = session.Cancellation,
        });
        page.Save(folder);
        if (session.Json) Json(session, page, folder);
        else Show(session, page, index);
    }

    private static void Show(Session session, LabPage page, string index)
    {
        if (session.Interactive) session.Errors.Write("\r\e[K");
        page.Print(session.Output, session.Width);
        int failed = page.Claims.Count(c => !c.Holds), all = page.Claims.Count();
        session.Line();
        if (all > 0) session.Line($"{all - failed} of {Quantity.Of(all, "claim")} {(all == 1 ? "holds" : "hold")}.");
        session.Line($"The page with its plots: {index}");
    }

    private static void Json(Session session, LabPage page, string folder)
    {
        foreach (LabFigure figure in page.Figures)
            session.Event(new JsonLine("figure").With("name", figure.Name).With("value", figure.Value));
        foreach (LabClaim claim in page.Claims)
            session.Event(new JsonLine("claim").With("text", claim.Text).With("holds", claim.Holds)
                .With("measured", claim.Measured));
        session.Event(new JsonLine("end").With("folder", folder).With("claims", page.Claims.Count())
            .With("held", page.Claims.Count(c => c.Holds)));
    }

    private static Lab Known(string name) => Lab.All.FirstOrDefault(l => l.Name == name)
        ?? throw new UsageException($"there is no lab '{name}'{Opt.Suggestion(name, Lab.All.Select(l => l.Name))}; "
            + $"expected {Opt.Or(Lab.All.Select(l => l.Name))}.", "see chainrule lab");

    private static Argument<string?> Name()
    {
        var argument = new Argument<string?>("NAME")
        {
            HelpName = "NAME",
            Description = "The lab; without it they are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        argument.CompletionSources.Add([.. Lab.All.Select(l => l.Name)]);
        return argument;
    }

    // One line that is written over where a person looks, else a line each beside the output.
    private sealed class Lines(Session session) : IProgress<string>
    {
        public void Report(string value)
        {
            if (session.Json) session.Event(new JsonLine("progress").With("text", value));
            else if (session.Interactive)
                session.Errors.Write($"\r\e[K{value[..Math.Min(value.Length, session.Width - 1)]}");
            else session.Errors.WriteLine(value);
        }
    }
}
