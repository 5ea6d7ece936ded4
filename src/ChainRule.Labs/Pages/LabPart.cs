namespace ChainRule.Labs;

/// <summary>A part of a page.</summary>
public abstract record LabPart
{
    private protected LabPart()
    {
    }
}

/// <summary>Begins a section.</summary>
/// <param name="Title">Its heading.</param>
public sealed record LabHeading(string Title) : LabPart;

/// <summary>A paragraph.</summary>
/// <param name="Text">Plain words, no markup.</param>
public sealed record LabText(string Text) : LabPart;

/// <summary>A plot and what it shows.</summary>
/// <param name="Name">Name of its files, without an ending.</param>
/// <param name="Plot">The plot.</param>
/// <param name="Caption">What one sees in it.</param>
public sealed record LabPicture(string Name, Plot Plot, string Caption) : LabPart;

/// <summary>Something that was expected, and whether the run shows it.</summary>
/// <param name="Text">What was expected.</param>
/// <param name="Holds">Whether it is so.</param>
/// <param name="Measured">The figures that decide it.</param>
public sealed record LabClaim(string Text, bool Holds, string Measured) : LabPart;

/// <summary>A number that was measured.</summary>
/// <param name="Name">What it is, in words with slashes: "relu/He normal/forward".</param>
/// <param name="Value">The number.</param>
public sealed record LabFigure(string Name, double Value);

/// <summary>Rows of text under a header.</summary>
public sealed record LabTable : LabPart
{
    private readonly List<IReadOnlyList<string>> _rows = [];

    /// <summary>A table without rows.</summary>
    /// <param name="header">Names of the columns; one that begins with '&gt;' stands at the right, as numbers do.
    /// </param>
    /// <exception cref="ArgumentException">There is no column.</exception>
    public LabTable(params IReadOnlyList<string> header)
    {
        ArgumentNullException.ThrowIfNull(header);
        if (header.Count == 0) throw new ArgumentException("LabTable: there is no column.", nameof(header));
        Header = [.. header.Select(h => h.TrimStart('>'))];
        AtRight = [.. header.Select(h => h.StartsWith('>'))];
    }

    /// <summary>Names of the columns.</summary>
    public IReadOnlyList<string> Header { get; }

    /// <summary>Whether each column stands at the right.</summary>
    public IReadOnlyList<bool> AtRight { get; }

    /// <summary>The rows, a cell for each column.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows => _rows;

    /// <summary>Adds a row below those that are there.</summary>
    /// <param name="cells">A cell for each column.</param>
    /// <returns>This table.</returns>
    /// <exception cref="ArgumentException">There are more or fewer cells than columns.</exception>
    public LabTable Add(params IReadOnlyList<string> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        if (cells.Count != Header.Count)
            throw new ArgumentException(
                $"LabTable: the row has {cells.Count} cells for {Header.Count} columns.", nameof(cells));
        _rows.Add([.. cells]);
        return this;
    }
}
