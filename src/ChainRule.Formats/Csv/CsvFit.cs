using System.Globalization;

namespace ChainRule.Formats;

/// <summary>Finds out what a table's columns hold, and fits means and deviations to its training rows.</summary>
internal sealed class CsvFit(CsvTable table, CsvOptions options)
{
    private const int MostCategories = 100;
    private const int MostIntegerClasses = 20;

    private readonly HashSet<int> _categorical = [.. options.Categorical.Select(table.FindColumn)];

    /// <summary>The classes of the target column in order, or null where it is a number.</summary>
    internal IReadOnlyList<string>? ClassesOf(int column)
    {
        var distinct = new HashSet<double>();
        int text = -1, numbers = 0;
        bool whole = true;
        for (int r = 0; r < table.RowCount; r++)
        {
            string cell = CsvCells.Text(table, r, column);
            if (!CsvNumber.TryParse(cell, table.DecimalComma, out double value))
            {
                if (text < 0) text = r;
                continue;
            }
            numbers++;
            distinct.Add(value);
            whole &= value == Math.Floor(value);
        }
        bool isText = IsText(column, text, numbers, table.RowCount);
        bool few = whole && distinct.Count <= MostIntegerClasses && 2 * distinct.Count <= table.RowCount;
        if (options.Task == CsvTask.Regression || (options.Task == CsvTask.Auto && !isText && !few))
        {
            if (isText) CsvCells.Number(table, text, column);            // which says that it is no number
            if (distinct.Count == 1)
                throw table.Wrong(
                    $"the target is {distinct.First():R} in every row; expected different numbers.", column: column);
            return null;
        }
        if (!isText && table.ClassNames is { } names && column == table.Columns.Count - 1) return names;

        string[] classes = [.. Enumerable.Range(0, table.RowCount)
            .Select(r => CsvCells.ClassOf(table, r, column, known: null)).Distinct()];
        if (classes.Length == 1)
            throw table.Wrong($"there is one class only, '{classes[0]}'; expected 2 or more.", column: column);
        if (2 * classes.Length > table.RowCount && classes.Length > MostIntegerClasses)
            throw table.Wrong($"{classes.Length} classes in {table.RowCount} rows: too many to learn.", column: column);
        return Sorted(classes, isText);
    }

    internal CsvTarget Target(int column, IReadOnlyList<string>? classes, int[] train)
    {
        var (mean, std) = classes is null && options.Standardize ? MeanAndDeviation(column, train) : (0, 1);
        return new CsvTarget(table.Columns[column], column, classes, mean, std);
    }

    internal CsvFeature Feature(int column, int[] train)
    {
        int text = -1, numbers = 0, missing = 0;
        for (int r = 0; r < table.RowCount; r++)
        {
            string cell = table[r, column];
            if (CsvNumber.IsMissing(cell))
            {
                if (options.Missing == CsvMissing.Error) throw CsvCells.Missing(table, r, column);
                missing++;
            }
            else if (CsvNumber.TryParse(cell, table.DecimalComma, out _)) numbers++;
            else if (text < 0) text = r;
        }
        if (missing == table.RowCount) throw table.Wrong("every cell of the column is missing.", column: column);
        string name = table.Columns[column];
        if (!_categorical.Contains(column) && !IsText(column, text, numbers, table.RowCount - missing))
        {
            var (mean, std) = MeanAndDeviation(column, train);
            return options.Standardize
                ? new CsvFeature(name, column, null, mean, std, Fill: mean)
                : new CsvFeature(name, column, null, Mean: 0, Std: 1, Fill: mean);
        }
        string[] categories = [.. Enumerable.Range(0, table.RowCount).Select(r => table[r, column])
            .Where(cell => !CsvNumber.IsMissing(cell)).Distinct()];
        if (categories.Length > MostCategories)
            throw table.Wrong(
                $"{categories.Length} different texts are too many categories; expected at most {MostCategories}.",
                column: column, help: "leave the column out with Ignore.");
        return new CsvFeature(name, column, Sorted(categories, isText: text >= 0), Mean: 0, Std: 1, Fill: 0);
    }

    /// <summary>
    /// Whether a column is text: most of it must be, or a single text is an error in a column of numbers.
    /// </summary>
    private bool IsText(int column, int firstText, int numbers, int cells)
    {
        if (firstText < 0) return false;
        if (_categorical.Contains(column) || 2 * numbers < cells) return true;
        throw table.Wrong(
            $"'{table[firstText, column]}' is not a finite number, in a column where {numbers} of {cells} cells are.",
            firstText, column, "if the column holds categories name it in Categorical, if it is of no use in Ignore.");
    }

    /// <summary>By value where all are numbers, else by the code of their letters.</summary>
    private string[] Sorted(string[] names, bool isText)
    {
        if (isText) Array.Sort(names, StringComparer.Ordinal);
        else Array.Sort([.. names.Select(n => double.Parse(
            table.DecimalComma ? n.Replace(',', '.') : n, CultureInfo.InvariantCulture))], names);
        return names;
    }

    /// <summary>Of the training rows: mean, and deviation of the whole population; 1 where all are equal.</summary>
    private (double Mean, double Std) MeanAndDeviation(int column, int[] train)
    {
        double[] values = [.. train.Where(r => !CsvNumber.IsMissing(table[r, column]))
            .Select(r => CsvCells.Number(table, r, column))];
        if (values.Length == 0) return (0, 1);
        double mean = values.Average(), std = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        return (mean, std > 1e-12 * Math.Abs(mean) ? std : 1);
    }
}
