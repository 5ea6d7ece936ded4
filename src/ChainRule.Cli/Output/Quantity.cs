using ChainRule.Reports;

namespace ChainRule.Cli.Output;

/// <summary>
/// Numbers as people read them. The process has no culture but the invariant one (the project says so).
/// </summary>
internal static class Quantity
{
    /// <summary>12,345.</summary>
    public static string Count(long value) => value.ToString("N0");

    /// <summary>12,345 samples/s; from a million on 1.2 M samples/s, so that a line keeps its width.</summary>
    public static string Speed(double samplesPerSecond) => (samplesPerSecond >= 1e6
        ? (samplesPerSecond / 1e6).ToString("0.0") + " M"
        : Count((long)samplesPerSecond)) + " samples/s";

    /// <summary>0.0123, 12.345, 58825: five digits.</summary>
    public static string Short(double value) => value.ToString("G5");

    /// <summary>98.53%.</summary>
    public static string Percent(double share) => Figures.Percent(share);

    /// <summary>11.6 MB, in powers of 1000 as disks are sold.</summary>
    public static string Bytes(long bytes) => Figures.Bytes(bytes);

    /// <summary>0.8 s, 42 s, 3 min 05 s, 2 h 10 min.</summary>
    public static string Time(TimeSpan time) => Figures.Time(time);

    /// <summary>"1 sample", "2 samples".</summary>
    public static string Of(long count, string one, string? many = null) =>
        $"{Count(count)} {(count == 1 ? one : many ?? one + "s")}";
}
