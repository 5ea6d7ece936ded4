using System.Globalization;

namespace ChainRule.Ops;

/// <summary>The check that all forms of dropout share.</summary>
internal static class DropoutShare
{
    public static void Check(string op, double p, double most)
    {
        if (p >= 0 && p <= most) return;
        string given = p.ToString(CultureInfo.InvariantCulture), range = most < 1 ? "[0, 1)" : "[0, 1]";
        throw new ArgumentOutOfRangeException(nameof(p), $"{op}: p must be in {range}, got {given}.");
    }
}
