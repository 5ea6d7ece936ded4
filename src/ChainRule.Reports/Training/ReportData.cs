using ChainRule.Data;

namespace ChainRule.Reports;

/// <summary>Samples a <see cref="TrainingReport"/> shows: what the model makes of them, and its mistakes.</summary>
/// <param name="Loader">The samples, best those of the validation; where the loader stands is left as it is.</param>
public sealed record ReportData(DataLoader Loader)
{
    /// <summary>What the samples are called in sentences: "validation"; empty for nothing.</summary>
    public string Name { get; init; } = "";

    /// <summary>Names of the classes; null for their numbers.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>An input <c>[...]</c> that is no picture in words; null for its first numbers.</summary>
    public Func<Tensor, string>? Describe { get; init; }

    /// <summary>From a target or an output of the model to its own unit; null where they are in it.</summary>
    public Func<double, double>? Restore { get; init; }

    /// <summary>
    /// How many samples are looked at after an epoch, 1 or more; at the end of the training all are.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int PerEpoch
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value),
            FormattableString.Invariant($"ReportData: PerEpoch is {value}; expected 1 or more."));
    } = 1000;
}
