using System.Text;

namespace ChainRule.Cli.Output;

/// <summary>Columns of text under a header, as wide as their longest cell; numbers stand at the right.</summary>
internal sealed class TextTable
{
    private const int Gap = 2;
    private readonly List<string[]> _rows = [];
    private readonly bool[] _right;

    /// <summary>A table with a header; a column whose header begins with '&gt;' stands at the right.</summary>
    public TextTable(params string[] header)
    {
        _right = [.. header.Select(h => h.StartsWith('>'))];
        _rows.Add([.. header.Select(h => h.TrimStart('>'))]);
    }

    /// <summary>Adds a row with a cell for each column.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes the table, each line behind an indent.</summary>
    public void Write(TextWriter writer, string indent = "")
    {
        int[] widths = [.. _right.Select((_, c) => _rows.Max(r => r[c].Length))];
        var line = new StringBuilder();
        foreach (string[] row in _rows)
        {
            line.Clear().Append(indent);
            for (int c = 0; c < row.Length; c++)
            {
                line.Append(_right[c] ? row[c].PadLeft(widths[c]) : row[c].PadRight(widths[c]));
                if (c < row.Length - 1) line.Append(' ', Gap);
            }
            writer.WriteLine(line.ToString().TrimEnd());
        }
    }
}
