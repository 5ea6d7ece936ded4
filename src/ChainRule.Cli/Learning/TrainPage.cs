using ChainRule.Cli.Output;
using ChainRule.Data;
using ChainRule.Formats;
using ChainRule.Reports;
using ChainRule.Training;

namespace ChainRule.Cli.Learning;

/// <summary>The page about a training: what of a recipe it shows, and inputs in the words of the data.</summary>
internal static class TrainPage
{
    /// <summary>The report of a training, with the layers that are watched.</summary>
    public static TrainingReport Of(string path, TrainSetup setup, LayerWatch layers)
    {
        Recipe r = setup.Recipe;
        Material material = setup.Material;
        (Dataset shown, string name) = (setup.Validation, material.Test) switch
        {
            ({ } validation, _) => (validation, "validation"),
            (null, { } test) => (test, "test"),
            _ => (setup.Loader.Dataset, "training"),
        };
        return new TrainingReport(path, setup.Model)
        {
            Title = $"{Recipe.NameOf(r.Network)} on {r.Data}",
            Data = new ReportData(setup.MeasuringLoader(shown))
            {
                Name = name,
                Classes = material.Classes,
                Describe = material.Schema is { } schema ? row => Describe(schema, row) : null,
                Restore = material.Schema is { Target: { Classes: null } target } ? target.Restore : null,
            },
            Layers = layers,
            Settings =
            [
                ("data", $"{r.Data}, {Quantity.Count(setup.Loader.Dataset.Count)} to learn from"),
                ("optimiser", $"{r.Optimizer.ToString().ToLowerInvariant()}, rate {Quantity.Short(r.Rate)}, "
                    + $"{r.Schedule.ToString().ToLowerInvariant()}, weight decay {Quantity.Short(r.WeightDecay)}"),
                ("batch", $"{r.Batch}"),
                ("epochs", $"{r.Epochs}"),
                ("seed", $"{r.Seed}"),
                ("model file", r.Out),
            ],
        };
    }

    // "size 83.2, rooms 3, town Kiel": a row as the file has it.
    private static string Describe(CsvSchema schema, Tensor row)
    {
        float[] values = row.ToArray<float>();
        List<string> parts = [];
        int at = 0;
        foreach (CsvFeature feature in schema.Features)
        {
            ReadOnlySpan<float> own = values.AsSpan(at, feature.Width);
            string text = feature.Categories is null ? Quantity.Short(own[0] * feature.Std + feature.Mean)
                : own.IndexOf(1) is >= 0 and var chosen ? feature.Categories[chosen] : "nothing known";
            parts.Add($"{feature.Name} {text}");
            at += feature.Width;
        }
        return string.Join(", ", parts);
    }
}
