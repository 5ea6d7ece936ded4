using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChainRule.Data;

namespace ChainRule.Formats;

/// <summary>
/// How a column becomes inputs: one standardised number, or one input for each category, 1 at its own.
/// </summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Column">Its place in the table it was fitted on, from 0.</param>
/// <param name="Categories">The categories in order; null for numbers.</param>
/// <param name="Mean">Mean of the training rows' numbers; 0 where not standardised.</param>
/// <param name="Std">Standard deviation of the training rows' numbers; 1 where not standardised.</param>
/// <param name="Fill">What stands for a missing number: the mean of the training rows' numbers.</param>
public sealed record CsvFeature(
    string Name, int Column, IReadOnlyList<string>? Categories, double Mean, double Std, double Fill)
{
    /// <summary>Number of inputs.</summary>
    [JsonIgnore]
    public int Width => Categories?.Count ?? 1;
}

/// <summary>What the target column is: one of some classes, or a number.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Column">Its place in the table it was fitted on, from 0.</param>
/// <param name="Classes">The classes in order; null for numbers.</param>
/// <param name="Mean">Mean of the training rows' numbers; 0 for classes or where not standardised.</param>
/// <param name="Std">Standard deviation of the training rows' numbers; 1 for classes or where not standardised.</param>
public sealed record CsvTarget(string Name, int Column, IReadOnlyList<string>? Classes, double Mean, double Std)
{
    /// <summary>A network's output in the units of the column: y * std + mean.</summary>
    /// <param name="output">The output.</param>
    public double Restore(double output) => output * Std + Mean;
}

/// <summary>
/// All that is needed to give a table's rows to a network in the same way again: kept with the model, so that it can be
/// applied to other files and single rows.
/// </summary>
/// <param name="Features">The feature columns, in order.</param>
/// <param name="Target">The target column.</param>
/// <param name="ColumnCount">Number of columns of the table it was fitted on.</param>
public sealed record CsvSchema(IReadOnlyList<CsvFeature> Features, CsvTarget Target, int ColumnCount)
{
    /// <summary>Number of the network's inputs.</summary>
    [JsonIgnore]
    public int InputSize => Features.Sum(feature => feature.Width);

    /// <summary>Number of the network's outputs: classes, or 1.</summary>
    [JsonIgnore]
    public int OutputSize => Target.Classes?.Count ?? 1;

    /// <summary>Names of the network's inputs: a column's, or <c>column=category</c>.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> InputNames =>
        [.. Features.SelectMany(f => f.Categories?.Select(c => $"{f.Name}={c}") ?? [f.Name])];

    /// <summary>Inputs of a table's rows; its target column is not needed.</summary>
    /// <param name="table">
    /// A table with these feature columns: found by name where all names are there, else by place, in a table with the
    /// same columns, or the same without the target, or the features alone.
    /// </param>
    /// <param name="missing">What happens to missing cells: an error, or the mean; no row is left out.</param>
    /// <returns><c>[N, InputSize]</c> float32.</returns>
    /// <exception cref="DataException">A column or cell is missing, is no number, or of no known category.</exception>
    public Tensor EncodeInputs(CsvTable table, CsvMissing missing = CsvMissing.Error)
    {
        ArgumentNullException.ThrowIfNull(table);
        int[] columns = Locate(table);
        int width = InputSize;
        var inputs = new float[table.RowCount * width];
        for (int r = 0; r < table.RowCount; r++)
        {
            int at = r * width;
            for (int f = 0; f < Features.Count; f++)
            {
                Encode(table, r, columns[f], Features[f], missing, inputs.AsSpan(at, Features[f].Width));
                at += Features[f].Width;
            }
        }
        return Tensor.From(inputs, [table.RowCount, width]);
    }

    /// <summary>Inputs and targets of a table's rows, such as a test file's.</summary>
    /// <param name="table">A table with these columns.</param>
    /// <param name="missing">What happens to missing cells; <see cref="CsvMissing.DropRow"/> is not for this.</param>
    /// <returns>Inputs <c>[N, InputSize]</c> float32; targets <c>[N]</c> int64 classes or <c>[N, 1]</c>
    /// float32.</returns>
    /// <exception cref="DataException">A column or cell is missing, is no number, or of no known class.</exception>
    public TensorDataset Encode(CsvTable table, CsvMissing missing = CsvMissing.Error)
    {
        var inputs = EncodeInputs(table, missing);
        int column = LocateTarget(table), count = table.RowCount;
        SampleFile[]? files = table.File is not { } file ? null
            : [.. Enumerable.Range(0, count).Select(r => new SampleFile(file, table.LineOf(r)))];
        if (Target.Classes is not { } classes)
        {
            var numbers = new float[count];
            for (int r = 0; r < count; r++)
                numbers[r] = (float)((CsvCells.Number(table, r, column) - Target.Mean) / Target.Std);
            return new TensorDataset(inputs, Tensor.From(numbers, [count, 1])) { Files = files };
        }
        var labels = new long[count];
        for (int r = 0; r < count; r++)
        {
            string name = CsvCells.ClassOf(table, r, column, classes);
            labels[r] = IndexOf(classes, name);
            if (labels[r] < 0) throw table.Wrong($"'{name}' is none of the classes {Listed(classes)}.", r, column);
        }
        return new TensorDataset(inputs, Tensor.From(labels, [count])) { Files = files };
    }

    /// <summary>The schema as JSON text, for a model's file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, CsvJson.Default.CsvSchema);

    /// <summary>The schema of JSON text.</summary>
    /// <param name="json">From <see cref="ToJson"/>.</param>
    /// <exception cref="DataException">The text is no such JSON.</exception>
    public static CsvSchema FromJson(string json)
    {
        try
        {
            var schema = JsonSerializer.Deserialize(json, CsvJson.Default.CsvSchema);
            if (schema is { Features: not null, Target: not null }) return schema;
        }
        catch (JsonException e)
        {
            throw new DataException("CSV", $"this is not the JSON of a table's schema: {e.Message}", e);
        }
        throw new DataException("CSV", "this is not the JSON of a table's schema: it lacks features or target.");
    }

    private static void Encode(
        CsvTable table, int row, int column, CsvFeature feature, CsvMissing missing, Span<float> inputs)
    {
        bool fill = missing == CsvMissing.FillMean && CsvNumber.IsMissing(table[row, column]);
        if (feature.Categories is null)
        {
            double value = fill ? feature.Fill : CsvCells.Number(table, row, column);
            inputs[0] = (float)((value - feature.Mean) / feature.Std);
            return;
        }
        if (fill) return;
        string name = CsvCells.Text(table, row, column);
        int at = IndexOf(feature.Categories, name);
        if (at < 0) throw table.Wrong($"'{name}' is none of the categories {Listed(feature.Categories)}.", row, column);
        inputs[at] = 1;
    }

    private int[] Locate(CsvTable table)
    {
        var columns = new int[Features.Count];
        if (table.HasHeader && Features.All(f => table.Columns.Count(c => c == f.Name) == 1))
        {
            for (int f = 0; f < columns.Length; f++) columns[f] = table.FindColumn(Features[f].Name);
            return columns;
        }
        int given = table.Columns.Count;
        if (given != ColumnCount && given != ColumnCount - 1 && given != Features.Count)
            throw table.Wrong($"{given} columns; expected the features {Listed([.. Features.Select(f => f.Name)])}.");
        for (int f = 0; f < columns.Length; f++)
        {
            int column = Features[f].Column;
            columns[f] = given == ColumnCount ? column
                : given == Features.Count ? f
                : column > Target.Column ? column - 1 : column;
        }
        return columns;
    }

    private int LocateTarget(CsvTable table)
    {
        if (table.Columns.Count(c => c == Target.Name) == 1) return table.FindColumn(Target.Name);
        if (table.Columns.Count == ColumnCount) return Target.Column;
        throw table.Wrong($"there is no target column '{Target.Name}'.");
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (int i = 0; i < names.Count; i++)
            if (names[i] == name) return i;
        return -1;
    }

    private static string Listed(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(10).Select(n => $"'{n}'")) + (names.Count > 10 ? ", ..." : "");
}

[JsonSerializable(typeof(CsvSchema))]
internal sealed partial class CsvJson : JsonSerializerContext;

/// <summary>Reads single cells of a table, with errors that name them.</summary>
internal static class CsvCells
{
    internal static string Text(CsvTable table, int row, int column)
    {
        string cell = table[row, column];
        if (CsvNumber.IsMissing(cell)) throw Missing(table, row, column);
        return cell;
    }

    internal static double Number(CsvTable table, int row, int column)
    {
        string cell = Text(table, row, column);
        return CsvNumber.TryParse(cell, table.DecimalComma, out double value)
            ? value
            : throw table.Wrong($"'{cell}' is not a finite number.", row, column);
    }

    /// <summary>
    /// A class as it is named: numbers in their shortest form, or by the names a header gives to 0, 1, ...
    /// </summary>
    internal static string ClassOf(CsvTable table, int row, int column, IReadOnlyList<string>? known)
    {
        string cell = Text(table, row, column);
        if (known?.Contains(cell) == true) return cell;
        if (!CsvNumber.TryParse(cell, table.DecimalComma, out double value)) return cell;
        if (column == table.Columns.Count - 1 && table.ClassNames is { } names) return names[(int)value];
        return value.ToString("R", CultureInfo.InvariantCulture);
    }

    internal static DataException Missing(CsvTable table, int row, int column) => table.Wrong(
        table[row, column].Length == 0 ? "the cell is empty." : $"the cell is missing: '{table[row, column]}'.",
        row, column,
        "leave such rows out with CsvMissing.DropRow, or fill them with CsvMissing.FillMean.");
}
