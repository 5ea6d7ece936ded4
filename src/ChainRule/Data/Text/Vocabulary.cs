using System.Text;

namespace ChainRule.Data;

/// <summary>The tokens that a network knows, numbered from 0.</summary>
/// <remarks><code>
/// string text = TextFile.Read("input.txt");
/// Vocabulary letters = Vocabulary.OfCharacters(text);
/// Tensor ids = Tensor.From(letters.Encode(Tokens.Characters(text)));                // [T] int64
/// Console.WriteLine(string.Concat(letters.Decode(ids.ToArray&lt;long&gt;())));
/// </code></remarks>
public sealed class Vocabulary
{
    /// <summary>Stands for what is no token but fills sequences up: number 0 of a vocabulary of words.</summary>
    public const string Padding = "<pad>";

    /// <summary>Stands for every token that is not known.</summary>
    public const string Unknown = "<unk>";

    private readonly string[] _tokens;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    /// <summary>A vocabulary of these tokens.</summary>
    /// <param name="tokens">The tokens in the order of their numbers; <see cref="Unknown"/> may be one.</param>
    /// <exception cref="ArgumentException">There are none, or one comes twice.</exception>
    public Vocabulary(IEnumerable<string> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        _tokens = [.. tokens];
        if (_tokens.Length == 0) throw new ArgumentException("Vocabulary: there are no tokens.", nameof(tokens));
        for (int i = 0; i < _tokens.Length; i++)
        {
            if (_ids.TryAdd(_tokens[i], i)) continue;
            throw new ArgumentException(
                $"Vocabulary: '{_tokens[i]}' is token {_ids[_tokens[i]]} and {i}.", nameof(tokens));
        }
        UnknownId = _ids.TryGetValue(Unknown, out int unknown) ? unknown : null;
    }

    /// <summary>Number of tokens V.</summary>
    public int Count => _tokens.Length;

    /// <summary>The tokens in the order of their numbers.</summary>
    public IReadOnlyList<string> All => _tokens;

    /// <summary>Number of <see cref="Unknown"/>; null where unknown tokens are an error.</summary>
    public int? UnknownId { get; }

    /// <summary>All characters of a text, sorted.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public static Vocabulary OfCharacters(string text) =>
        new(Tokens.Characters(text).Distinct().Order(StringComparer.Ordinal));

    /// <summary>
    /// <see cref="Padding"/>, <see cref="Unknown"/>, then the most frequent tokens of some texts; those that are
    /// equally frequent in alphabetical (ordinal) order.
    /// </summary>
    /// <param name="texts">The tokens of each text.</param>
    /// <param name="minCount">How often a token must occur, 1 or more.</param>
    /// <param name="most">The most tokens to take; null for all.</param>
    public static Vocabulary OfWords(IEnumerable<IEnumerable<string>> texts, int minCount = 1, int? most = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(minCount, 1);
        IEnumerable<string> frequent = texts.SelectMany(text => text).CountBy(token => token, StringComparer.Ordinal)
            .Where(t => t.Value >= minCount && t.Key is not (Padding or Unknown))
            .OrderByDescending(t => t.Value).ThenBy(t => t.Key, StringComparer.Ordinal)
            .Select(t => t.Key).Take(most ?? int.MaxValue);
        return new Vocabulary([Padding, Unknown, .. frequent]);
    }

    /// <summary>Number of a token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>That of <see cref="Unknown"/> where the token is not known.</returns>
    /// <exception cref="DataException">The token is not known, and there is no <see cref="Unknown"/>.</exception>
    public int IdOf(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _ids.TryGetValue(token, out int id) ? id : UnknownId ?? throw new DataException("Vocabulary",
            $"'{Line(token)}' is none of the {Count} tokens "
            + $"({string.Join(' ', _tokens.Take(8).Select(Line))}{(Count > 8 ? " ..." : "")}).");
    }

    /// <summary>Number of a token that may not be known.</summary>
    /// <param name="token">The token.</param>
    /// <param name="id">Its number; 0 where it is not known.</param>
    /// <returns>Whether it is one of <see cref="All"/>.</returns>
    public bool TryGetId(string token, out int id) => _ids.TryGetValue(token, out id);

    /// <summary>Numbers of tokens.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <exception cref="DataException">A token is not known, and there is no <see cref="Unknown"/>.</exception>
    public long[] Encode(IEnumerable<string> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return [.. tokens.Select(token => (long)IdOf(token))];
    }

    /// <summary>Tokens of numbers.</summary>
    /// <param name="ids">The numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not from 0 to <see cref="Count"/> - 1.</exception>
    public string[] Decode(ReadOnlySpan<long> ids)
    {
        var tokens = new string[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            tokens[i] = (ulong)ids[i] < (ulong)Count ? _tokens[ids[i]]
                : throw new ArgumentOutOfRangeException(
                    nameof(ids), ids[i], $"expected a token from 0 to {Count - 1}.");
        }
        return tokens;
    }

    /// <summary>
    /// Writes a file, one token a line, <c>\n</c>, <c>\r</c> and <c>\\</c> for what would be no line; whole or not at
    /// all.
    /// </summary>
    /// <param name="path">The file; replaced when it is there.</param>
    public void Write(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            File.WriteAllText(part, string.Concat(_tokens.Select(t => Line(t) + "\n")));
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            if (File.Exists(part)) File.Delete(part);
        }
    }

    /// <summary>Reads a file that <see cref="Write"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">
    /// The file is empty or not UTF-8, a token comes twice, or a line holds a backslash without meaning.
    /// </exception>
    public static Vocabulary Read(string path)
    {
        string[] lines = TextFile.Lines(path);
        if (lines.Length == 0) throw Wrong(0, "the file is empty.");
        Dictionary<string, int> rows = new(StringComparer.Ordinal);
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = Unescape(lines[i]) ?? throw Wrong(i, $"'{lines[i]}' has a backslash that means nothing.");
            if (!rows.TryAdd(lines[i], i))
                throw Wrong(i, $"'{lines[i]}' stands in row {rows[lines[i]] + 1} already.");
        }
        return new Vocabulary(lines);

        DataException Wrong(int row, string problem) => new("Vocabulary", problem) { File = path, Row = row + 1 };
    }

    // A token on one line.
    private static string Line(string token) =>
        token.Replace(@"\", @"\\").Replace("\n", @"\n").Replace("\r", @"\r");

    private static string? Unescape(string line)
    {
        if (!line.Contains('\\')) return line;
        StringBuilder token = new();
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\')
            {
                token.Append(line[i]);
                continue;
            }
            char? meant = (++i < line.Length ? line[i] : ' ') switch
            {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => null,
            };
            if (meant is null) return null;
            token.Append(meant);
        }
        return token.ToString();
    }
}
