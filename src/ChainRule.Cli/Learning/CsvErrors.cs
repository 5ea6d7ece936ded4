namespace ChainRule.Cli.Learning;

/// <summary>
/// Tells errors of tables in the words of the command line: its options instead of the library's names.
/// </summary>
internal static class CsvErrors
{
    /// <summary>The error for someone who trains and can say how cells are treated.</summary>
    public static DataException InOptions(DataException e) => With(e, e.Help?
        .Replace("CsvMissing.DropRow", "--missing drop", StringComparison.Ordinal)
        .Replace("CsvMissing.FillMean", "--missing mean", StringComparison.Ordinal)
        .Replace("in Categorical", "in --categorical", StringComparison.Ordinal)
        .Replace("in Ignore", "in --ignore", StringComparison.Ordinal)
        .Replace("with Ignore", "with --ignore", StringComparison.Ordinal));

    /// <summary>The error for someone who applies a model, whose treatment of cells is settled.</summary>
    public static DataException Plain(DataException e) => With(e, null);

    private static DataException With(DataException e, string? help) => new(e.Subject, e.Problem, e)
    {
        File = e.File,
        Row = e.Row,
        Column = e.Column,
        ColumnNumber = e.ColumnNumber,
        Help = help,
    };
}
