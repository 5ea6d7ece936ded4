using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ChainRule.Cli.Parsing;

/// <summary>Options that check their values as they are read and say in their errors what was expected.</summary>
internal static class Opt
{
    /// <summary>A whole number from <paramref name="least"/> on; null when not given.</summary>
    public static Option<int?> Whole(string name, string helpName, string description, int least = 1) => new(name)
    {
        HelpName = helpName,
        Description = description,
        CustomParser = result =>
            int.TryParse(One(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int v)
            && v >= least ? v : Wrong<int?>(result, name, $"a whole number of {least} or more"),
    };

    /// <summary>A seed: any number that fits 64 bits without a sign.</summary>
    public static Option<ulong?> Seed(string name, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        CustomParser = result =>
            ulong.TryParse(One(result), NumberStyles.None, CultureInfo.InvariantCulture, out ulong v)
            ? v : Wrong<ulong?>(result, name, "a whole number of 0 or more"),
    };

    /// <summary>A number that passes a test; null when not given.</summary>
    public static Option<double?> Number(
        string name, string helpName, string description, Func<double, bool> accept, string expected) => new(name)
        {
            HelpName = helpName,
            Description = description,
            CustomParser = result => Parse(One(result)) is { } v && accept(v) ? v
                : Wrong<double?>(result, name, expected),
        };

    /// <summary>One of a few names; null when not given.</summary>
    public static Option<T?> Choice<T>(string name, string description, params (string Name, T Value)[] choices)
        where T : struct
    {
        var option = new Option<T?>(name)
        {
            HelpName = string.Join('|', choices.Select(c => c.Name)),
            Description = description,
            CustomParser = result =>
            {
                string given = One(result);
                foreach ((string known, T value) in choices)
                {
                    if (known == given) return value;
                }
                result.AddError($"{name}: there is no '{given}'{Suggestion(given, choices.Select(c => c.Name))}; "
                    + $"expected {Or(choices.Select(c => c.Name))}.");
                return null;
            },
        };
        option.CompletionSources.Add([.. choices.Select(c => c.Name)]);
        return option;
    }

    /// <summary>
    /// Whole numbers of 1 or more with commas between them, such as sizes of layers; null when not given.
    /// </summary>
    public static Option<int[]?> Sizes(string name, string description) => new(name)
    {
        HelpName = "N,N,...",
        Description = description,
        CustomParser = result =>
        {
            string[] parts = One(result).Split(',');
            var sizes = new int[parts.Length];
            for (int i = 0; i < parts.Length; i++)
            {
                if (!int.TryParse(parts[i].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out sizes[i])
                    || sizes[i] < 1)
                    return Wrong<int[]?>(result, name,
                        "whole numbers of 1 or more with commas between them, such as 10,20,10");
            }
            return sizes;
        },
    };

    /// <summary>A text; null when not given.</summary>
    public static Option<string?> Text(string name, string helpName, string description) => new(name)
    {
        HelpName = helpName,
        Description = description,
    };

    /// <summary>The number of threads.</summary>
    public static Option<int?> Threads()
    {
        const string name = "--threads";
        const int most = 256; // far more than help; a system may refuse to start thousands
        return new Option<int?>(name)
        {
            HelpName = "N",
            Description = "Threads to compute on; results do not depend on it. [default: one for each processor]",
            CustomParser = result =>
                int.TryParse(One(result), NumberStyles.None, CultureInfo.InvariantCulture, out int v)
                && v is >= 1 and <= most ? v : Wrong<int?>(result, name, $"a whole number from 1 to {most}"),
        };
    }

    /// <summary>A switch.</summary>
    public static Option<bool> Flag(string name, string description) => new(name)
    {
        Description = description,
        Arity = ArgumentArity.Zero,
    };

    /// <summary>
    /// " (did you mean 'x'?)" for a name with few letters wrong or the beginning of one; else nothing.
    /// </summary>
    public static string Suggestion(string given, IEnumerable<string> known)
    {
        string? near = NearestName.Of(given, known)
            ?? (given.Length > 2 ? known.FirstOrDefault(n => n.StartsWith(given, StringComparison.OrdinalIgnoreCase))
                : null);
        return near is null ? "" : $" (did you mean '{near}'?)";
    }

    /// <summary>"a, b or c".</summary>
    public static string Or(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return all.Length == 1 ? all[0] : string.Join(", ", all[..^1]) + " or " + all[^1];
    }

    private static double? Parse(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double v) ? v : null;

    private static string One(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";

    private static T? Wrong<T>(ArgumentResult result, string name, string expected)
    {
        result.AddError($"{name}: got '{One(result)}'; expected {expected}.");
        return default;
    }
}
