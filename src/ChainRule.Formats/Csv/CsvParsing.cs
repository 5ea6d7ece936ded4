using CsvHelper;

namespace ChainRule.Formats;

/// <summary>
/// Makes a table of a CSV text: finds the delimiter, splits the cells, finds the header, checks the rows.
/// </summary>
/// <param name="file">The file, for errors; null when there is none.</param>
/// <param name="text">Its text.</param>
internal sealed class CsvParsing(string? file, string text)
{
    private const int LinesLookedAt = 100;

    private readonly List<string[]> _rows = [];
    private readonly List<int> _lines = [];

    internal CsvTable Parse(char? delimiter, bool? header)
    {
        if (string.IsNullOrWhiteSpace(text)) throw Wrong("the file is empty.", 1);
        char by = delimiter ?? FindDelimiter();
        if (by == ' ') SplitAtBlanks();
        else SplitQuoted(by);

        string[] first = _rows[0];
        string[]? classNames = header != false ? FindClassNames() : null;
        bool hasHeader = classNames is not null || (header ?? LooksLikeHeader());
        int firstLine = _lines[0];
        if (hasHeader)
        {
            _rows.RemoveAt(0);
            _lines.RemoveAt(0);
        }
        if (_rows.Count == 0) throw Wrong("there is a header but no data row.", firstLine);
        int columns = classNames is not null ? _rows[0].Length : first.Length;
        for (int r = 0; r < _rows.Count; r++)
        {
            if (_rows[r].Length != columns)
                throw Wrong($"a row of {_rows[r].Length} cells; expected {columns}, as in the first.", _lines[r]);
        }
        string[] names = new string[columns];
        for (int c = 0; c < columns; c++)
            names[c] = hasHeader && classNames is null && first[c].Length > 0 ? first[c] : $"column {c + 1}";
        return new CsvTable(file, by, hasHeader, names, _rows, _lines) { ClassNames = classNames };
    }

    /// <summary>
    /// The candidate that occurs equally often in the most lines, the first line among them; a run of blanks when there
    /// is none and all lines have as many words, and else a comma: one column.
    /// </summary>
    private char FindDelimiter()
    {
        string[] lines = [.. text.Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)).Take(LinesLookedAt)];
        char best = ',';
        int most = 0;
        // In this order, so that "1,5;2,5" is two numbers.
        foreach (char candidate in "\t;,")
        {
            int[] counts = [.. lines.Select(line => CountUnquoted(line, candidate))];
            if (counts[0] == 0) continue;
            int equal = counts.Where(c => c > 0).GroupBy(c => c).Max(g => g.Count());
            if (equal > most) (most, best) = (equal, candidate);
        }
        if (most > 0) return best;
        int[] words = [.. lines.Select(line => Words(line).Length)];
        return words.All(w => w > 1 && w == words[0]) ? ' ' : ',';
    }

    private static string[] Words(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static int CountUnquoted(string line, char candidate)
    {
        int count = 0;
        bool quoted = false;
        foreach (char c in line)
        {
            if (c == '"') quoted = !quoted;
            else if (c == candidate && !quoted) count++;
        }
        return count;
    }

    private void SplitAtBlanks()
    {
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string[] cells = Words(lines[i]);
            if (cells.Length > 0) Add(cells, i + 1);
        }
    }

    private void SplitQuoted(char delimiter)
    {
        using var reader = CsvReader.FromText(text, new CsvReaderOptions
        {
            Separator = delimiter,
            HasHeader = false,
            TrimWhitespace = true,
            TrimInsideQuotes = true,
            TrackLineNumbers = true,
            // A stray quote is text, as in 6" pipe; one that is never closed has swallowed the rest of the file.
            OnMalformedRecord = bad =>
            {
                if (bad.Reason == CsvMalformedReason.UnterminatedQuote)
                    throw Wrong("a quote is opened and never closed.", (int)bad.LineNumber);
            },
        });
        while (reader.Read())
        {
            var cells = new string[reader.FieldCount];
            for (int c = 0; c < cells.Length; c++) cells[c] = reader.GetString(c);
            Add(cells, (int)reader.LineNumber);
        }
    }

    private void Add(string[] cells, int line)
    {
        _rows.Add(cells);
        _lines.Add(line);
    }

    /// <summary>The classes of a first row <c>rows,features,class,class,...</c>, where its numbers are true.</summary>
    private string[]? FindClassNames()
    {
        string[] first = _rows[0];
        bool fits = first.Length >= 4 && _rows.Count > 1 && first[0] == $"{_rows.Count - 1}"
            && first[1] == $"{_rows[1].Length - 1}" && !first.Skip(2).Any(IsNumber)
            && _rows.Skip(1).All(row => int.TryParse(row[^1], out int c) && c >= 0 && c < first.Length - 2);
        return fits ? first[2..] : null;
    }

    /// <summary>
    /// A header stands where more of the first row's cells are text above numbers than are numbers themselves; where
    /// all
    /// columns are text, when its cells are all different and none occurs again in its column.
    /// </summary>
    private bool LooksLikeHeader()
    {
        string[] first = _rows[0];
        if (_rows.Count == 1) return first.All(cell => cell.Length > 0 && !IsNumber(cell));
        int textAboveNumbers = 0, numbers = 0;
        bool repeated = false;
        for (int c = 0; c < first.Length; c++)
        {
            int column = c;
            string[] below = [.. _rows.Skip(1).Take(LinesLookedAt).Where(row => column < row.Length)
                .Select(row => row[column]).Where(cell => !CsvNumber.IsMissing(cell))];
            if (IsNumber(first[c])) numbers++;
            else if (first[c].Length > 0 && 2 * below.Count(IsNumber) > below.Length) textAboveNumbers++;
            repeated |= first[c].Length == 0 || below.Contains(first[c]);
        }
        if (textAboveNumbers > 0) return textAboveNumbers > numbers;
        return numbers == 0 && !repeated && first.Distinct().Count() == first.Length;
    }

    private static bool IsNumber(string cell) =>
        CsvNumber.TryParse(cell, decimalComma: false, out _) || CsvNumber.TryParse(cell, decimalComma: true, out _);

    private DataException Wrong(string problem, int? line = null) => new("CSV", problem) { File = file, Row = line };
}
