namespace ChainRule.Cli;

/// <summary>What the process tells its caller at the end.</summary>
internal static class ExitCode
{
    /// <summary>Everything asked for was done.</summary>
    public const int Done = 0;

    /// <summary>The work failed, or was interrupted before its end.</summary>
    public const int Failed = 1;

    /// <summary>The command was not used rightly; nothing was begun.</summary>
    public const int WrongUse = 2;
}
