using System.Globalization;
using ChainRule.Formats;
using ChainRule.Models;

namespace ChainRule.Cli.Learning;

/// <summary>What the command line keeps in a model's description beside what the library knows.</summary>
internal static class ModelNotes
{
    private const string DataKey = "data", SchemaKey = "schema", TestKey = "test", MissingKey = "missing";

    /// <summary>Notes on the data that a model learned from.</summary>
    public static IReadOnlyDictionary<string, string> Of(Material material, Recipe recipe)
    {
        var notes = new SortedDictionary<string, string>(StringComparer.Ordinal) { [DataKey] = material.Name };
        if (material.Schema is { } schema) notes[SchemaKey] = schema.ToJson();
        if (!DataNames.IsFile(material.Name)) return notes;
        notes[TestKey] = recipe.Csv.TestShare.ToString("R", CultureInfo.InvariantCulture);
        notes[MissingKey] = recipe.Csv.Missing.ToString();
        return notes;
    }

    /// <summary>The data that a model learned from; null where it does not say.</summary>
    public static string? DataOf(ModelDescription description) => description.Notes?.GetValueOrDefault(DataKey);

    /// <summary>How rows become inputs of a model; null for pictures.</summary>
    public static CsvSchema? SchemaOf(ModelDescription description) =>
        description.Notes?.GetValueOrDefault(SchemaKey) is { } json ? CsvSchema.FromJson(json) : null;

    /// <summary>Share of the rows that was put aside for test.</summary>
    public static double TestShareOf(ModelDescription description) =>
        double.TryParse(description.Notes?.GetValueOrDefault(TestKey), CultureInfo.InvariantCulture, out double share)
            ? share : 0;

    /// <summary>What happened to rows with missing cells.</summary>
    public static CsvMissing MissingOf(ModelDescription description) =>
        Enum.TryParse(description.Notes?.GetValueOrDefault(MissingKey), out CsvMissing missing) ? missing
            : CsvMissing.Error;
}
