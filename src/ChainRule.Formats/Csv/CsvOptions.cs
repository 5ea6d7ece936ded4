namespace ChainRule.Formats;

/// <summary>What a table's target column is to be learned as.</summary>
public enum CsvTask
{
    /// <summary>
    /// Classes where the column is text, or whole numbers of which there are at most 20 different ones, each twice on
    /// average; otherwise a number.
    /// </summary>
    Auto,
    /// <summary>One of some classes.</summary>
    Classification,
    /// <summary>A number.</summary>
    Regression,
}

/// <summary>What happens to rows with missing cells: empty, or one of <c>? NA N/A NaN null</c>.</summary>
public enum CsvMissing
{
    /// <summary>They are an error, which names row and column.</summary>
    Error,
    /// <summary>They are left out.</summary>
    DropRow,
    /// <summary>
    /// A missing number is the training rows' mean, a missing category none of them; a missing target is an error.
    /// </summary>
    FillMean,
}

/// <summary>How a table becomes a data set.</summary>
public sealed record CsvOptions
{
    /// <summary>Name of the target column, or its number from 1; null for <see cref="TargetIndex"/>.</summary>
    public string? Target { get; init; }

    /// <summary>Place of the target column where <see cref="Target"/> is null: the last unless said.</summary>
    public Index TargetIndex { get; init; } = ^1;

    /// <summary>What the target is to be learned as.</summary>
    public CsvTask Task { get; init; }

    /// <summary>Columns to leave out, by name or number from 1: identifiers, dates.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Columns whose numbers are categories, by name or number from 1.</summary>
    public IReadOnlyList<string> Categorical { get; init; } = [];

    /// <summary>What happens to rows with missing cells.</summary>
    public CsvMissing Missing { get; init; }

    /// <summary>
    /// Whether numbers, and the target of a regression, are brought to mean 0 and standard deviation 1.
    /// </summary>
    public bool Standardize { get; init; } = true;

    /// <summary>Share of the rows for test, 0 or more and below 1; rounded to whole rows.</summary>
    public double TestShare { get; init; } = 0.2;

    /// <summary>Decides which rows are for test.</summary>
    public ulong Seed { get; init; }

    /// <summary>What stands between the cells; null to find out.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Whether the first row names the columns; null to find out.</summary>
    public bool? Header { get; init; }
}
