using System.Globalization;
using System.Text.RegularExpressions;

namespace ChainRule.Formats;

/// <summary>How cells are understood: as missing, as a number, or as text.</summary>
internal static partial class CsvNumber
{
    private static readonly string[] Missing = ["", "?", "NA", "N/A", "NaN", "null"];

    internal static bool IsMissing(string cell) => Missing.Contains(cell, StringComparer.OrdinalIgnoreCase);

    internal static bool TryParse(string cell, bool decimalComma, out double value) => double.TryParse(
        decimalComma ? cell.Replace(',', '.') : cell, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
        && double.IsFinite(value);

    /// <summary>Whether some number has a decimal comma and none a decimal point.</summary>
    internal static bool UsesDecimalComma(List<string[]> rows)
    {
        bool comma = false;
        foreach (string[] row in rows)
        {
            foreach (string cell in row)
            {
                if (WithPoint().IsMatch(cell)) return false;
                comma |= WithComma().IsMatch(cell);
            }
        }
        return comma;
    }

    [GeneratedRegex(@"^[+-]?\d+,\d+$")]
    private static partial Regex WithComma();

    [GeneratedRegex(@"^[+-]?\d*\.\d+$")]
    private static partial Regex WithPoint();
}
