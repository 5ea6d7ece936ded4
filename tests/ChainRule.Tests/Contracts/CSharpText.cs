namespace ChainRule.Tests.Contracts;

/// <summary>A word or sign of a source file, with its line counted from 1.</summary>
internal readonly record struct Token(string Text, int Line)
{
    public bool IsName => char.IsLetter(Text[0]) || Text[0] == '_';
}

/// <summary>
/// Splits C# into names and signs, leaving out comments, strings and preprocessor lines: as much of a lexer as
/// questions about names need.
/// </summary>
internal static class CSharpText
{
    public static List<Token> Tokens(string text)
    {
        List<Token> tokens = [];
        int line = 1;
        for (int i = 0; i < text.Length;)
        {
            int end = Skip(text, i);
            if (end > i)
            {
                line += text.AsSpan(i, end - i).Count('\n');
                i = end;
                continue;
            }
            int length = 1;
            if (IsNamePart(text[i]))
                while (i + length < text.Length && IsNamePart(text[i + length])) length++;
            tokens.Add(new(text.Substring(i, length), line));
            i += length;
        }
        return tokens;
    }

    // Where the blank, comment, literal or preprocessor line that starts here ends; here itself where none does.
    private static int Skip(string text, int i)
    {
        if (char.IsWhiteSpace(text[i])) return i + 1;
        if (char.IsAsciiDigit(text[i]))
        {
            while (i < text.Length && IsNamePart(text[i])) i++;
            return i;
        }
        if (Starts(text, i, "//") || (text[i] == '#' && OnlyBlanksBefore(text, i))) return LineEnd(text, i);
        if (Starts(text, i, "/*")) return After(text, i + 2, "*/");
        if (text[i] == '\'') return i + (text[i + 1] == '\\' ? After(text, i + 3, "'") - i : 3);

        int quote = i;
        while (quote < text.Length && text[quote] is '$' or '@') quote++;
        if (quote >= text.Length || text[quote] != '"') return i;
        string prefix = text[i..quote];
        int quotes = 1;
        while (quote + quotes < text.Length && text[quote + quotes] == '"') quotes++;
        if (quotes >= 3) return After(text, quote + quotes, new string('"', quotes));
        return StringEnd(text, quote + 1, verbatim: prefix.Contains('@'), holes: prefix.Contains('$'));
    }

    private static int StringEnd(string text, int i, bool verbatim, bool holes)
    {
        for (; i < text.Length; i++)
        {
            if (!verbatim && text[i] == '\\') i++;
            else if (holes && (Starts(text, i, "{{") || Starts(text, i, "}}"))) i++;
            else if (holes && text[i] == '{') i = HoleEnd(text, i + 1);
            else if (verbatim && Starts(text, i, "\"\"")) i++;
            else if (text[i] == '"') return i + 1;
        }
        return i;
    }

    private static int HoleEnd(string text, int i)
    {
        for (int depth = 1; i < text.Length; i++)
        {
            if (text[i] == '{') depth++;
            else if (text[i] == '}' && --depth == 0) return i;
            else if (text[i] is '"' or '\'' or '$' or '@' && Skip(text, i) is var end && end > i) i = end - 1;
        }
        return i;
    }

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c == '_';

    private static bool Starts(string text, int i, string sign) =>
        string.CompareOrdinal(text, i, sign, 0, sign.Length) == 0;

    private static bool OnlyBlanksBefore(string text, int i) =>
        text.AsSpan(text.LastIndexOf('\n', i) + 1, i - text.LastIndexOf('\n', i) - 1).IsWhiteSpace();

    private static int LineEnd(string text, int i) => text.IndexOf('\n', i) is var end && end < 0 ? text.Length : end;

    private static int After(string text, int i, string sign) =>
        text.IndexOf(sign, i, StringComparison.Ordinal) is var at && at < 0 ? text.Length : at + sign.Length;
}
