using ChainRule.Data;
using ChainRule.Formats;
using ChainRule.Models;

namespace ChainRule.Cli.Learning;

/// <summary>Samples to learn from and to test on, and what they mean.</summary>
internal sealed record Material
{
    /// <summary>What the data are called: a name, or a file's path.</summary>
    public required string Name { get; init; }

    /// <summary>Samples to learn from.</summary>
    public required Dataset Train { get; init; }

    /// <summary>Samples to test on; null where none were put aside.</summary>
    public required Dataset? Test { get; init; }

    /// <summary>Sizes of one input.</summary>
    public required IReadOnlyList<int> InputShape { get; init; }

    /// <summary>Names of the classes; null where the target is a number.</summary>
    public required IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Mean and deviation of pixels, 0 to 255; null for rows, which the schema scales.</summary>
    public InputScaling? Pixels { get; init; }

    /// <summary>What brings raw inputs to those that the network takes; categories are 0 or 1 already.</summary>
    public InputScaling? Scaling => Pixels ?? (Schema is null ? null : new InputScaling(
        [.. Schema.Features.SelectMany(f => f.Categories is null ? [f.Mean] : new double[f.Categories.Count])],
        [.. Schema.Features.SelectMany(f => f.Categories is null ? [f.Std] : f.Categories.Select(_ => 1.0))]));

    /// <summary>How rows become inputs; null for pictures.</summary>
    public CsvSchema? Schema { get; init; }

    /// <summary>Rows left out for missing cells.</summary>
    public int DroppedRows { get; init; }

    /// <summary>Numbers of one input.</summary>
    public int InputSize => InputShape.Aggregate(1, (a, b) => a * b);

    /// <summary>Outputs of the network: classes, or 1.</summary>
    public int OutputSize => Classes?.Count ?? 1;

    /// <summary>Whether the inputs are pictures.</summary>
    public bool IsPictures => Schema is null;
}
