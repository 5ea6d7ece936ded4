using System.Globalization;

namespace ChainRule;

/// <summary>Floating-point numbers as text in one form for all of them, so that they line up.</summary>
internal static class NumberText
{
    private const int MostDecimals = 4;

    /// <summary>Writes every number with the fewest decimals, up to four, that all of them need.</summary>
    /// <param name="values">Numbers.</param>
    /// <param name="texts">Receives as many texts.</param>
    public static void Format(ReadOnlySpan<double> values, Span<string> texts)
    {
        bool scientific = NeedsExponent(values);
        string most = Pattern(scientific, MostDecimals);
        int decimals = 0;
        foreach (double v in values)
        {
            if (double.IsFinite(v))
                decimals = Math.Max(decimals, Decimals(v.ToString(most, CultureInfo.InvariantCulture)));
        }
        string pattern = Pattern(scientific, decimals);
        for (int i = 0; i < values.Length; i++) texts[i] = One(values[i], pattern);
    }

    // Whole numbers read well up to eight digits; others lose their decimals or their leading digits sooner.
    private static bool NeedsExponent(ReadOnlySpan<double> values)
    {
        double least = double.PositiveInfinity, largest = 0;
        bool whole = true;
        foreach (double v in values)
        {
            if (!double.IsFinite(v) || v == 0) continue;
            least = Math.Min(least, Math.Abs(v));
            largest = Math.Max(largest, Math.Abs(v));
            whole &= v == Math.Truncate(v);
        }
        return largest >= 1e8 || (!whole && (largest >= 1e5 || least < 1e-4));
    }

    private static string Pattern(bool scientific, int decimals) =>
        (decimals == 0 ? "0" : "0." + new string('0', decimals)) + (scientific ? "e+00" : "");

    private static int Decimals(string text)
    {
        int end = text.IndexOf('e', StringComparison.Ordinal);
        ReadOnlySpan<char> digits = (end < 0 ? text : text.AsSpan(0, end)).TrimEnd('0');
        return digits.Length - 1 - digits.IndexOf('.');
    }

    private static string One(double value, string pattern)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        return value.ToString(pattern, CultureInfo.InvariantCulture);
    }
}
