using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ChainRule.Cli.Parsing;

/// <summary>The help of a command: what the parser knows, then examples and remarks.</summary>
internal sealed class HelpText(HelpAction general, Session session, IReadOnlyDictionary<Command, string> more)
    : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        general.MaxWidth = session.Width;
        int code = general.Invoke(parseResult);
        if (more.TryGetValue(parseResult.CommandResult.Command, out string? text)) session.Line(text);
        return code;
    }
}
