using System.CommandLine;

namespace ChainRule.Cli.Commands;

/// <summary>A command: its options, what it does, and what its help says at the end.</summary>
internal interface ICommandDefinition
{
    /// <summary>Examples and remarks that follow the list of options.</summary>
    string MoreHelp { get; }

    /// <summary>Makes the command, bound to a session.</summary>
    Command Define(Session session);
}
