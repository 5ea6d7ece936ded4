using ChainRule.Cli.Output;
using ChainRule.Data;

namespace ChainRule.Cli.Commands;

/// <summary>A data set that needs no file.</summary>
/// <param name="Name">Short name.</param>
/// <param name="What">What it is, for people.</param>
/// <param name="Size">How many samples.</param>
internal sealed record BuiltInData(string Name, string What, string Size)
{
    /// <summary>The digits drawn by code.</summary>
    public static BuiltInData Digits { get; } = new("digits", "handwritten digits drawn by code, 28 x 28",
        "any number");

    /// <summary>Fisher's flowers.</summary>
    public static BuiltInData Iris { get; } = new("iris", "iris flowers, 4 measures, 3 species",
        Quantity.Of(Data.Iris.TrainCount + Data.Iris.TestCount, "row"));

    /// <summary>Every one.</summary>
    public static IReadOnlyList<BuiltInData> All { get; } = [Digits, Iris];
}
