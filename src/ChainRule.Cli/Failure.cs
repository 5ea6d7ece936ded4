using ChainRule.Cli.Output;

namespace ChainRule.Cli;

/// <summary>Says what went wrong: one message, no stack trace unless one is asked for.</summary>
internal static class Failure
{
    /// <summary>Reports an exception that ended a command.</summary>
    /// <returns>The <see cref="ExitCode"/> that goes with it.</returns>
    public static int Report(Exception e, Session session)
    {
        int code = e is UsageException ? ExitCode.WrongUse : ExitCode.Failed;
        string message = Text(e);
        if (session.Json) session.Event(new JsonLine("error").With("message", message).With("exitCode", code));
        session.Errors.WriteLine($"{CommandLine.Name}: {message}");
        if (Environment.GetEnvironmentVariable(CommandLine.DebugVariable) == "1") session.Errors.WriteLine(e);
        return code;
    }

    private static string Text(Exception e) => e switch
    {
        UsageException { Help: { } help } => $"{e.Message}\n  help: {help}",
        TrainingException { Help: null } => $"{e.Message}\n  help: a lower rate (--lr) often keeps the loss finite.",
        UsageException or ChainRuleException => e.Message,
        OperationCanceledException => "interrupted.",
        FileNotFoundException { FileName: { } file } => $"there is no file {file}.",
        // Their texts name the file and the reason; an argument's end with the parameter's name, which says nothing
        // here.
        IOException or UnauthorizedAccessException => e.Message,
        ArgumentException { ParamName: { } name } => e.Message.Replace($" (Parameter '{name}')", ""),
        OutOfMemoryException => $"out of memory: {e.Message}\n  help: a smaller batch (--batch) needs less.",
        _ => $"{e.GetType().Name}: {e.Message}\n  help: this is a fault of the program; "
            + $"{CommandLine.DebugVariable}=1 shows where it happened.",
    };
}
