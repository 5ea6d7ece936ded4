using System.Globalization;

namespace ChainRule.Reports;

/// <summary>Numbers as people read them, the same in every country.</summary>
internal static class Figures
{
    /// <summary>12,345.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>0.0413, 12.35, 1,234, 4.2e-5: about four digits, with as many decimals as its neighbours.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        < 1e-3 or >= 1e9 => Short(value),
        < 10 => value.ToString("0.0000", CultureInfo.InvariantCulture),
        < 100 => value.ToString("0.00", CultureInfo.InvariantCulture),
        < 1000 => value.ToString("0.0", CultureInfo.InvariantCulture),
        double.NaN => "NaN",
        _ => value.ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>0.001, 0.00086, 7.62e-8: three digits, none for show.</summary>
    public static string Short(double value) => Math.Abs(value) is not 0 and (< 1e-4 or >= 1e6)
        ? value.ToString("0.##e0", CultureInfo.InvariantCulture)
        : value.ToString("G3", CultureInfo.InvariantCulture);

    /// <summary>97.33%.</summary>
    public static string Percent(double share) => share.ToString("0.00%", CultureInfo.InvariantCulture);

    /// <summary>12,345 or 13.9 million.</summary>
    public static string Large(double value) => value switch
    {
        >= 1e12 => (value / 1e12).ToString("0.0 'trillion'", CultureInfo.InvariantCulture),
        >= 1e9 => (value / 1e9).ToString("0.0 'billion'", CultureInfo.InvariantCulture),
        >= 1e6 => (value / 1e6).ToString("0.0 'million'", CultureInfo.InvariantCulture),
        _ => value.ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>11.6 MB, in powers of 1000 as disks are sold.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => (bytes / 1e9).ToString("0.0 'GB'", CultureInfo.InvariantCulture),
        >= 1_000_000 => (bytes / 1e6).ToString("0.0 'MB'", CultureInfo.InvariantCulture),
        >= 1_000 => (bytes / 1e3).ToString("0.0 'kB'", CultureInfo.InvariantCulture),
        _ => bytes.ToString("0 'B'", CultureInfo.InvariantCulture),
    };

    /// <summary>0.8 s, 42 s, 3 min 05 s, 2 h 10 min.</summary>
    public static string Time(TimeSpan time) => time.TotalSeconds switch
    {
        < 10 => time.TotalSeconds.ToString("0.0 's'", CultureInfo.InvariantCulture),
        < 100 => time.TotalSeconds.ToString("0 's'", CultureInfo.InvariantCulture),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:00} min"),
    };
}
