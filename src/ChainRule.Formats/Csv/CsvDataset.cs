using ChainRule.Data;

namespace ChainRule.Formats;

/// <summary>A table as training and test samples, with the schema to treat other rows alike.</summary>
public sealed class CsvDataset
{
    private CsvDataset(CsvSchema schema, TensorDataset train, TensorDataset? test, int dropped) =>
        (Schema, Train, Test, DroppedRows) = (schema, train, test, dropped);

    /// <summary>How columns became inputs and target.</summary>
    public CsvSchema Schema { get; }

    /// <summary>
    /// Inputs <c>[N, InputSize]</c> float32; targets <c>[N]</c> int64 classes or <c>[N, 1]</c> float32.
    /// </summary>
    public TensorDataset Train { get; }

    /// <summary>As <see cref="Train"/>; null where the share for test is 0.</summary>
    public TensorDataset? Test { get; }

    /// <summary>Number of rows left out for missing cells.</summary>
    public int DroppedRows { get; }

    /// <summary>Reads a file and makes a data set of it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What is the target and how columns are treated; null for the last column, all by
    /// default.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">The file cannot be used so; names file, row and column.</exception>
    public static CsvDataset Load(string path, CsvOptions? options = null)
    {
        options ??= new CsvOptions();
        return From(CsvTable.Read(path, options.Delimiter, options.Header), options);
    }

    /// <summary>Makes a data set of a table: means and deviations are those of the training rows.</summary>
    /// <param name="table">The table.</param>
    /// <param name="options">What is the target and how columns are treated; null for the last column, all by
    /// default.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share for test is not 0 or more and below 1.</exception>
    /// <exception cref="DataException">The table cannot be used so; names file, row and column.</exception>
    public static CsvDataset From(CsvTable table, CsvOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        options ??= new CsvOptions();
        if (!(options.TestShare >= 0 && options.TestShare < 1))
            throw new ArgumentOutOfRangeException(
                nameof(options), options.TestShare, "expected a share for test of 0 or more and below 1.");
        int target = options.Target is { } name ? table.FindColumn(name) : Place(table, options.TargetIndex);
        var ignored = options.Ignore.Select(table.FindColumn).ToHashSet();
        int[] features = [.. Enumerable.Range(0, table.Columns.Count).Where(c => c != target && !ignored.Contains(c))];
        if (features.Length == 0) throw table.Wrong("no feature column is left beside the target.");

        var used = options.Missing == CsvMissing.DropRow ? WithoutMissing(table, [.. features, target]) : table;
        var fit = new CsvFit(used, options);
        var classes = fit.ClassesOf(target);
        var (train, test) = Part(used, options);
        var schema = new CsvSchema(
            [.. features.Select(c => fit.Feature(c, train))], fit.Target(target, classes, train), table.Columns.Count);
        return new CsvDataset(schema, schema.Encode(used.Take(train), options.Missing),
            test.Length > 0 ? schema.Encode(used.Take(test), options.Missing) : null, table.RowCount - used.RowCount);
    }

    private static int Place(CsvTable table, Index index)
    {
        int column = index.GetOffset(table.Columns.Count);
        return column >= 0 && column < table.Columns.Count
            ? column
            : throw table.Wrong($"there is no column at {index}; there are {table.Columns.Count}.");
    }

    private static CsvTable WithoutMissing(CsvTable table, int[] columns)
    {
        var whole = table.Take(Enumerable.Range(0, table.RowCount)
            .Where(r => !columns.Any(c => CsvNumber.IsMissing(table[r, c]))));
        return whole.RowCount > 0 ? whole : throw table.Wrong("every row has a missing cell.");
    }

    private static (int[] Train, int[] Test) Part(CsvTable table, CsvOptions options)
    {
        int[] order = [.. Enumerable.Range(0, table.RowCount)];
        int test = (int)Math.Round(options.TestShare * order.Length);
        if (options.TestShare > 0 && (test == 0 || test == order.Length))
            throw table.Wrong($"a share of {options.TestShare} of {order.Length} rows for test leaves a part empty.");
        new Rng(options.Seed).Shuffle(order.AsSpan());
        // In the file's order within each part; the loader shuffles.
        Array.Sort(order, 0, order.Length - test);
        Array.Sort(order, order.Length - test, test);
        return (order[..^test], order[^test..]);
    }
}
