namespace ChainRule.Cli;

/// <summary>
/// A command line that asks for something there is not: the end with <see cref="ExitCode.WrongUse"/>.
/// </summary>
internal sealed class UsageException(string message, string? help = null) : Exception(message)
{
    /// <summary>What to do about it, where that is certain.</summary>
    public string? Help { get; } = help;
}
