using System.CommandLine;
using System.CommandLine.Parsing;

namespace ChainRule.Cli.Parsing;

/// <summary>
/// Turns what the parser did not understand into one sentence, with the nearest name where there is one.
/// </summary>
internal static class WrongUse
{
    /// <summary>The first thing wrong with a command line; null when it can be run.</summary>
    public static UsageException? Find(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string help = $"see {Path(parsed.CommandResult)} --help";
        foreach (Token token in parsed.Tokens)
        {
            if (token.Type == TokenType.DoubleDash) break;
            // The parser would take an unknown option for the value of an argument or of the option before it.
            if (token.Type == TokenType.Argument && LooksLikeOption(token.Value))
            {
                string name = token.Value.Split('=', 2)[0];
                return new UsageException(
                    $"there is no option {name}{Opt.Suggestion(name, Options(parsed.CommandResult))}.", help);
            }
        }
        if (parsed.UnmatchedTokens is [string first, ..])
        {
            return command.Subcommands.Count > 0
                ? new UsageException($"there is no command '{first}'"
                    + $"{Opt.Suggestion(first, command.Subcommands.Select(c => c.Name))}; expected "
                    + $"{Opt.Or(command.Subcommands.Select(c => c.Name))}.", help)
                : new UsageException($"'{first}' is one argument too many.", help);
        }
        if (parsed.Errors is not [ParseError error, ..]) return null;
        return error.SymbolResult switch
        {
            OptionResult { Tokens.Count: 0 } option =>
                new UsageException($"{option.Option.Name} needs a value: {option.Option.HelpName}.", help),
            OptionResult { Tokens.Count: > 1 } option =>
                new UsageException($"{option.Option.Name} is given more than once.", help),
            ArgumentResult { Tokens.Count: 0 } argument =>
                new UsageException($"{argument.Argument.Name} is missing.", help),
            CommandResult { Command.Subcommands.Count: > 0 } c => new UsageException(
                $"which command? {Opt.Or(c.Command.Subcommands.Select(s => s.Name))}.", help),
            _ => new UsageException(error.Message, help),
        };
    }

    private static bool LooksLikeOption(string value) => value.Length > 1 && value[0] == '-' && !IsNumber(value);

    // "-0.5" and "-1.2,3" are values.
    private static bool IsNumber(string value) => char.IsAsciiDigit(value[1]) || value[1] == '.';

    private static IEnumerable<string> Options(CommandResult result)
    {
        for (SymbolResult? r = result; r is CommandResult c; r = r.Parent)
        {
            foreach (Option option in c.Command.Options)
            {
                if (!option.Hidden && (r == result || option.Recursive)) yield return option.Name;
            }
        }
    }

    private static string Path(CommandResult result) => result.Parent is CommandResult parent
        ? $"{Path(parent)} {result.Command.Name}"
        : CommandLine.Name;
}
