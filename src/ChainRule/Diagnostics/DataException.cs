using System.Text;

namespace ChainRule;

/// <summary>
/// Data that cannot be used: a file that is missing, damaged or says something impossible, or a value out of range.
/// The place is given by <see cref="File"/> and either <see cref="Offset"/> (binary files) or <see cref="Row"/> and
/// <see cref="Column"/> (tables).
/// </summary>
public sealed class DataException : ChainRuleException
{
    /// <summary>Makes the error; the message is built from these parts.</summary>
    /// <param name="subject">What was being read or done, for example <c>IDX</c> or <c>CSV</c>.</param>
    /// <param name="problem">What is wrong, with what was given and what was expected; ends with a full stop.</param>
    /// <param name="inner">The error underneath, if any.</param>
    public DataException(string subject, string problem, Exception? inner = null)
        : base(problem, inner)
    {
        Subject = subject;
        Problem = problem;
    }

    /// <summary>What was being read or done, for example <c>IDX</c> or <c>CSV</c>.</summary>
    public string Subject { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; }

    /// <summary>The file, as it was named by the caller; null when the data did not come from one.</summary>
    public string? File { get; init; }

    /// <summary>Byte offset in the file, or in its content when <see cref="Unpacked"/>; null when not known.</summary>
    public long? Offset { get; init; }

    /// <summary>True when <see cref="Offset"/> counts bytes of the unpacked content of a compressed file.</summary>
    public bool Unpacked { get; init; }

    /// <summary>Row of the table, from 1 as an editor counts lines, header included; null when not known.</summary>
    public int? Row { get; init; }

    /// <summary>Name of the table's column; null when not known.</summary>
    public string? Column { get; init; }

    /// <summary>Position of the column, counted from 1; null when not known.</summary>
    public int? ColumnNumber { get; init; }

    /// <summary>Name of the data set that was being read; null when not known.</summary>
    public string? DataSet { get; init; }

    /// <summary>Place of the sample in <see cref="DataSet"/>, from 0; null when not known.</summary>
    public int? Sample { get; init; }

    private protected override string Describe()
    {
        var text = new StringBuilder($"{Subject}: {Problem}");
        if (File is not null) text.Append($"\n  file: {File}");
        if (Offset is not null) text.Append($"\n  offset: {Offset}{(Unpacked ? " (of the unpacked content)" : "")}");
        if (Row is not null || Column is not null || ColumnNumber is not null)
        {
            text.Append("\n  at: ");
            if (Row is not null) text.Append($"row {Row}");
            if (Row is not null && (Column ?? (object?)ColumnNumber) is not null) text.Append(", ");
            if (ColumnNumber is not null) text.Append($"column {ColumnNumber}");
            if (Column is not null) text.Append(ColumnNumber is null ? $"column '{Column}'" : $" '{Column}'");
        }
        if (DataSet is not null) text.Append($"\n  data: {DataSet}{(Sample is null ? "" : $", sample {Sample}")}");
        return text.ToString();
    }
}
