using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace ChainRule.Data;

/// <summary>Text files in UTF-8, plain or packed by gzip.</summary>
public static class TextFile
{
    // What one string can hold: a byte of UTF-8 is at most one character.
    private const int MostBytes = 0x3FFFFFDF;

    /// <summary>Reads all of a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its text; lines end in a line feed, whatever they end in there; without a byte order mark.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">
    /// The file is too long for one text, is not UTF-8, or its packed content is damaged or cut short; names file and
    /// offset.
    /// </exception>
    public static string Read(string path)
    {
        ReadOnlySpan<byte> content = FileContent.Read(path, "text", MostBytes);
        int mark = content.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
        if (!Utf8.IsValid(content))
        {
            int at = 0;
            while (Rune.DecodeFromUtf8(content[at..], out _, out int length) == OperationStatus.Done) at += length;
            throw new DataException("text", $"byte {content[at]:X2} is no UTF-8.")
            {
                File = path,
                Offset = at,
                Help = "store the file as UTF-8.",
            };
        }
        return Encoding.UTF8.GetString(content[mark..]).Replace("\r\n", "\n").Replace('\r', '\n');
    }

    /// <summary>Reads the lines of a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The lines without their ends; none behind a last line end.</returns>
    /// <inheritdoc cref="Read"/>
    public static string[] Lines(string path)
    {
        string text = Read(path);
        return text.Length == 0 ? [] : (text[^1] == '\n' ? text[..^1] : text).Split('\n');
    }
}

/// <summary>Parts a text into tokens: what a network takes one of at each step.</summary>
public static class Tokens
{
    /// <summary>Characters: one for each Unicode scalar value.</summary>
    /// <param name="text">The text.</param>
    public static string[] Characters(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> tokens = new(text.Length);
        Dictionary<Rune, string> known = [];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!known.TryGetValue(rune, out string? token)) known[rune] = token = rune.ToString();
            tokens.Add(token);
        }
        return [.. tokens];
    }

    /// <summary>
    /// Words: runs of letters, digits, marks and apostrophes; each other character but blanks is a token of its own.
    /// </summary>
    /// <param name="text">The text.</param>
    public static string[] Words(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> tokens = [];
        Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> known =
            new Dictionary<string, string>().GetAlternateLookup<ReadOnlySpan<char>>();
        for (int at = 0, end; at < text.Length; at = end)
        {
            end = at;
            while (end < text.Length && IsWord(text, end, out int length)) end += length;
            if (end == at) end += char.IsSurrogatePair(text, at) ? 2 : 1;
            ReadOnlySpan<char> part = text.AsSpan(at..end);
            if (part.IsWhiteSpace()) continue;
            if (!known.TryGetValue(part, out string? token)) known[part] = token = part.ToString();
            tokens.Add(token);
        }
        return [.. tokens];
    }

    private static bool IsWord(string text, int at, out int length)
    {
        Rune.DecodeFromUtf16(text.AsSpan(at), out Rune rune, out length);
        return Rune.IsLetterOrDigit(rune) || rune.Value is '\'' or 0x2019
            || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark
                or System.Globalization.UnicodeCategory.SpacingCombiningMark;
    }
}
