using System.CommandLine;
using System.Text.Json.Nodes;
using ChainRule.Cli.Output;
using ChainRule.Cli.Parsing;
using ChainRule.Data;

namespace ChainRule.Cli.Commands;

/// <summary><c>data list|where|fetch</c>: the data sets there are, where they lie, and getting them.</summary>
internal sealed class DataCommand : ICommandDefinition
{
    /// <inheritdoc/>
    public string MoreHelp =>
        """
        Examples:
          chainrule data list
          chainrule data where mnist
          chainrule data fetch fashion-mnist
        """;

    /// <inheritdoc/>
    public Command Define(Session session) => new("data", "Shows the data sets, where they lie, and fetches them.")
    {
        List(session),
        Where(session),
        Fetch(session),
    };

    private static Command List(Session session)
    {
        Option<bool> json = Opt.Flag("--json", "One JSON object a line.");
        var command = new Command("list", "Every data set: what it is, how large, and where it was found.") { json };
        command.SetAction(parsed =>
        {
            if (session.Json = parsed.GetValue(json)) ListAsJson(session);
            else ListAsTable(session);
        });
        return command;
    }

    private static void ListAsTable(Session session)
    {
        var table = new TextTable("NAME", "WHAT", ">SIZE", "WHERE");
        foreach (BuiltInData set in BuiltInData.All) table.Add(set.Name, set.What, set.Size, "built in");
        foreach (DataSource source in DataSource.Known)
            table.Add(source.Name, source.Title, Quantity.Bytes(source.Bytes), State(session, source));
        table.Write(session.Output);
        session.Line();
        session.Line("Sources:");
        foreach (DataSource source in DataSource.Known) session.Line($"  {source.Name}: {source.Address}");
        if (DataSource.Known.Any(s => session.Data.Locate(s).Any(f => f.Path is null)))
            session.Line("\nFetch one that is not here with: chainrule data fetch NAME");
    }

    private static void ListAsJson(Session session)
    {
        foreach (BuiltInData set in BuiltInData.All)
            session.Event(new JsonLine("data").With("name", set.Name).With("what", set.What).With("builtIn", true)
                .With("here", true));
        foreach (DataSource source in DataSource.Known)
        {
            IReadOnlyList<LocatedFile> files = session.Data.Locate(source);
            session.Event(new JsonLine("data").With("name", source.Name).With("what", source.Title)
                .With("builtIn", false)
                .With("here", files.All(f => f.Path is not null)).With("bytes", source.Bytes)
                .With("source", source.Address.ToString())
                .With("files", new JsonArray([.. files.Select(f => new JsonObject
                {
                    ["name"] = f.File.Name,
                    ["bytes"] = f.File.Bytes,
                    ["path"] = f.Path,
                })])));
        }
    }

    private static Command Where(Session session)
    {
        Argument<string?> name = NameArgument("The data set; all when left out.", ArgumentArity.ZeroOrOne);
        var command = new Command("where", "The folders that are looked in, in order.") { name };
        command.SetAction(parsed =>
        {
            string? given = parsed.GetValue(name);
            if (BuiltInData.All.FirstOrDefault(s => s.Name == given) is { } builtIn)
            {
                session.Line($"{builtIn.Name}: built in, needs no file.");
                return;
            }
            foreach (DataSource source in given is null ? DataSource.Known : [Known(given)])
            {
                session.Line($"{source.Name}: {State(session, source)}");
                foreach (string place in session.Data.Places(source))
                    session.Line($"  {place}{(Directory.Exists(place) ? "" : "  (does not exist)")}");
                foreach (LocatedFile file in session.Data.Locate(source))
                    session.Line($"    {file.File.Name}  {file.Path ?? "not found"}");
            }
        });
        return command;
    }

    private static Command Fetch(Session session)
    {
        Argument<string?> name = NameArgument("The data set.", ArgumentArity.ExactlyOne);
        var command = new Command("fetch",
            "Downloads a data set into the cache folder and checks it (SHA-256).") { name };
        command.SetAction(parsed =>
        {
            string given = parsed.GetValue(name)!;
            if (BuiltInData.All.FirstOrDefault(s => s.Name == given) is { } builtIn)
            {
                session.Line($"{builtIn.Name} is built in: nothing to fetch.");
                return;
            }
            DataSource source = Known(given);
            if (session.Data.Locate(source).All(f => f.Path is not null))
            {
                session.Line($"{source.Name} is here already: {State(session, source)}");
                return;
            }
            session.Line($"Fetching {source.Name} ({Quantity.Bytes(source.Bytes)}) from {source.Address}");
            IReadOnlyList<string> paths = session.Data.FetchAsync(source, new FetchLines(session), session.Cancellation)
                .GetAwaiter().GetResult();
            foreach (string path in paths) session.Line($"  {path}");
            session.Line($"{source.Name}: all {paths.Count} files are here.");
        });
        return command;
    }

    private static Argument<string?> NameArgument(string description, ArgumentArity arity)
    {
        var argument = new Argument<string?>("NAME") { Description = description, Arity = arity };
        argument.CompletionSources.Add([.. Names()]);
        return argument;
    }

    private static IEnumerable<string> Names() =>
        BuiltInData.All.Select(s => s.Name).Concat(DataSource.Known.Select(s => s.Name));

    private static DataSource Known(string name) => DataSource.Known.FirstOrDefault(s => s.Name == name)
        ?? throw new UsageException($"there is no data set '{name}'{Opt.Suggestion(name, Names())}; expected "
            + $"{Opt.Or(Names())}.",
            "see chainrule data list");

    internal static string State(Session session, DataSource source)
    {
        IReadOnlyList<LocatedFile> files = session.Data.Locate(source);
        string[] folders = [.. files.Where(f => f.Path is not null).Select(f =>
            Path.GetDirectoryName(f.Path)!).Distinct()];
        int here = files.Count(f => f.Path is not null);
        return here == 0 ? "not here"
            : here == files.Count ? string.Join(", ", folders)
            : $"{here} of {files.Count} files, in {string.Join(", ", folders)}";
    }

    // A line when a file begins and when it is complete; sizes say the rest.
    private sealed class FetchLines(Session session) : IProgress<FetchProgress>
    {
        private DataFile? _file;

        public void Report(FetchProgress value)
        {
            if (_file != value.File) session.Line($"  {value.File.Name}  {Quantity.Bytes(value.File.Bytes)}");
            _file = value.File;
        }
    }
}
