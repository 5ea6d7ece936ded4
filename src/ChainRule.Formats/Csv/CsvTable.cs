using System.Globalization;
using System.Text;
using ChainRule.Data;

namespace ChainRule.Formats;

/// <summary>
/// The cells of a CSV file as text: comma, semicolon, tab or blanks between them, quoted where needed, with a header or
/// without; all told from the content unless said. A file may be packed with gzip.
/// </summary>
public sealed class CsvTable
{
    private readonly List<string[]> _rows;
    private readonly List<int> _lines;

    internal CsvTable(
        string? file, char delimiter, bool hasHeader, string[] columns, List<string[]> rows, List<int> lines)
    {
        (File, Delimiter, HasHeader, Columns, _rows, _lines) = (file, delimiter, hasHeader, columns, rows, lines);
        DecimalComma = delimiter != ',' && CsvNumber.UsesDecimalComma(rows);
    }

    /// <summary>The file; null for text that came from elsewhere.</summary>
    public string? File { get; }

    /// <summary>What stands between the cells; a blank for any run of blanks.</summary>
    public char Delimiter { get; }

    /// <summary>
    /// Whether the first row names the columns (or, in the form of the TensorFlow tutorials, the classes).
    /// </summary>
    public bool HasHeader { get; }

    /// <summary>Names of the columns: the header's, or "column 1", "column 2", ...</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Whether numbers are written 1,5 for one and a half.</summary>
    public bool DecimalComma { get; }

    /// <summary>Number of rows, the header not counted.</summary>
    public int RowCount => _rows.Count;

    /// <summary>
    /// Names of the classes 0, 1, ... of the last column, where the first row is <c>rows,features,class,class,...</c>;
    /// null for other files.
    /// </summary>
    public IReadOnlyList<string>? ClassNames { get; internal init; }

    /// <summary>A cell, without the blanks around it.</summary>
    /// <param name="row">The row, from 0, the header not counted.</param>
    /// <param name="column">The column, from 0.</param>
    public string this[int row, int column] => _rows[row][column];

    /// <summary>Where a row stands in the file: its line, from 1.</summary>
    /// <param name="row">The row, from 0, the header not counted.</param>
    public int LineOf(int row) => _lines[row];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, plain or gzip, in UTF-8, or in UTF-16 with its mark.</param>
    /// <param name="delimiter">What stands between the cells; null to find out.</param>
    /// <param name="header">Whether the first row names the columns; null to find out.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">
    /// The file is empty, is not UTF-8, has no data rows, a row has more or fewer cells than the first, or a quote is
    /// wrong.
    /// </exception>
    public static CsvTable Read(string path, char? delimiter = null, bool? header = null)
    {
        byte[] content = FileContent.Read(path, "CSV", MostBytes);
        return new CsvParsing(path, TextOf(content, path)).Parse(delimiter, header);
    }

    // What begins with a mark of UTF-16, as spreadsheets may write, is read as such.
    private static string TextOf(byte[] content, string path)
    {
        if (content is [0xFF, 0xFE, ..]) return Encoding.Unicode.GetString(content.AsSpan(2));
        if (content is [0xFE, 0xFF, ..]) return Encoding.BigEndianUnicode.GetString(content.AsSpan(2));
        try
        {
            string text = Strict.GetString(content);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException e)
        {
            throw new DataException("CSV", $"byte {content[e.Index]:X2} is no UTF-8.", e)
            {
                File = path,
                Row = 1 + content.AsSpan(0, e.Index).Count((byte)'\n'),
                Help = "store the file as UTF-8.",
            };
        }
    }

    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // What one text can hold: a byte of UTF-8 is at most one character.
    private const int MostBytes = 0x3FFFFFDF;

    /// <summary>Reads text.</summary>
    /// <param name="text">The rows.</param>
    /// <param name="delimiter">What stands between the cells; null to find out.</param>
    /// <param name="header">Whether the first row names the columns; null to find out.</param>
    /// <exception cref="DataException">As for <see cref="Read"/>.</exception>
    public static CsvTable Parse(string text, char? delimiter = null, bool? header = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new CsvParsing(file: null, text).Parse(delimiter, header);
    }

    /// <summary>Place of a column.</summary>
    /// <param name="name">Its name, in any case where only one fits, or its number from 1 where no name fits.</param>
    /// <returns>The column, from 0.</returns>
    /// <exception cref="DataException">There is no such column, or there are several; suggests the nearest
    /// name.</exception>
    public int FindColumn(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var comparison in (StringComparison[])[StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase])
        {
            int[] found = [.. Enumerable.Range(0, Columns.Count).Where(i => Columns[i].Equals(name, comparison))];
            if (found.Length == 1) return found[0];
            if (found.Length > 1)
                throw new DataException("CSV", $"{found.Length} columns are called '{name}'.")
                {
                    File = File,
                    Help = $"use a number: {string.Join(" or ", found.Select(i => i + 1))}.",
                };
        }
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number >= 1 && number <= Columns.Count)
            return number - 1;
        string names = string.Join(", ", Columns.Take(20).Select(c => $"'{c}'")) + (Columns.Count > 20 ? ", ..." : "");
        throw new DataException("CSV", $"there is no column '{name}'; there are {names}.")
        {
            File = File,
            Help = NearestName.Of(name, Columns) is { } near ? $"did you mean '{near}'?" : null,
        };
    }

    /// <summary>An error at a cell of this table.</summary>
    internal DataException Wrong(string problem, int? row = null, int? column = null, string? help = null) =>
        new("CSV", problem)
        {
            File = File,
            Row = row is { } r ? LineOf(r) : null,
            Column = column is { } c ? Columns[c] : null,
            ColumnNumber = column + 1,
            Help = help,
        };

    /// <summary>Some of the rows as a table.</summary>
    internal CsvTable Take(IEnumerable<int> rows)
    {
        int[] chosen = [.. rows];
        return new CsvTable(File, Delimiter, HasHeader, [.. Columns],
            [.. chosen.Select(r => _rows[r])], [.. chosen.Select(r => _lines[r])])
        {
            ClassNames = ClassNames,
        };
    }
}
