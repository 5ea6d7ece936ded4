using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using ChainRule.Cli.Commands;
using ChainRule.Cli.Output;
using ChainRule.Cli.Parsing;

namespace ChainRule.Cli;

/// <summary>The command line as a function: arguments in, text out, an <see cref="ExitCode"/> at the end.</summary>
internal static class CommandLine
{
    /// <summary>What the command is called.</summary>
    public const string Name = "chainrule";

    /// <summary>Environment variable that asks for stack traces: set it to 1.</summary>
    public const string DebugVariable = "CHAINRULE_DEBUG";

    /// <summary>Version of the framework, such as 0.1.0.</summary>
    public static string Version { get; } = typeof(Tensor).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Runs a command line to its end.</summary>
    /// <param name="args">Arguments, the program's name not among them.</param>
    /// <param name="output">Receives results and progress.</param>
    /// <param name="errors">Receives errors and remarks.</param>
    /// <param name="cancellation">Asks the command to stop and to keep what it has.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter errors,
        CancellationToken cancellation) =>
        Run(args, Session.OfConsole(output, errors, cancellation));

    /// <summary>Runs a command line in given surroundings.</summary>
    public static int Run(IReadOnlyList<string> args, Session session)
    {
        try
        {
            ParseResult parsed = Define(session).Parse(args);
            bool asksOnly = parsed.Action is HelpText or VersionText;
            if (!asksOnly && WrongUse.Find(parsed) is { } wrong) throw wrong;
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = session.Output,
                Error = session.Errors,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // the session's token, and whoever set it, see to that
            });
        }
        catch (Exception e)
        {
            return Failure.Report(e, session);
        }
    }

    private static RootCommand Define(Session session)
    {
        var root = new RootCommand("Trains, evaluates and applies neural networks.") { HelpName = Name };
        root.Directives.Clear(); // they would take arguments in brackets, such as a row, for themselves
        Dictionary<Command, string> more = new() { [root] = GeneralHelp };
        ICommandDefinition[] commands =
        [
            new TrainCommand(), new EvaluateCommand(), new PredictCommand(), new SummaryCommand(), new LabCommand(),
            new DataCommand(), new DoctorCommand(),
        ];
        foreach (ICommandDefinition definition in commands)
        {
            Command command = definition.Define(session);
            root.Add(command);
            more[command] = definition.MoreHelp;
        }
        foreach (Option option in root.Options)
        {
            if (option is HelpOption help) help.Action = new HelpText((HelpAction)help.Action!, session, more);
            else if (option is VersionOption version) version.Action = new VersionText(session);
        }
        root.SetAction(_ => { }); // no command at all is reported by WrongUse
        root.Validators.Add(result =>
        {
            if (result.Children.All(c => c is not System.CommandLine.Parsing.CommandResult)) result.AddError("which "
                + "command?");
        });
        return root;
    }

    private const string GeneralHelp =
        $"""
        Environment:
          CHAINRULE_DATA     folder that data sets are looked for in first
          CHAINRULE_THREADS  number of threads
          CHAINRULE_SIMD     width of vector instructions in bits: 512, 256, 128 or 0
          CHAINRULE_DEBUG    1: errors come with their stack traces
          NO_COLOR           set: no colours

        Exit codes: 0 done, 1 the work failed or was interrupted, 2 wrong use.
        """;

    private sealed class VersionText(Session session) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            session.Line($"{Name} {Version}");
            return ExitCode.Done;
        }
    }
}
