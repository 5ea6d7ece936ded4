namespace ChainRule.Reports;

/// <summary>The parts of a line that lie in a box.</summary>
internal static class Clipping
{
    /// <summary>Whether a place lies in the box.</summary>
    public static bool IsInside(Box box, Spot spot) =>
        spot.X >= box.X && spot.X <= box.Right && spot.Y >= box.Y && spot.Y <= box.Bottom;

    /// <summary>The parts of a line through places, each in one piece.</summary>
    /// <remarks>Source: Liang and Barsky 1984, "A New Concept and Method for Line Clipping".</remarks>
    public static IEnumerable<Spot[]> Inside(Box box, List<Spot> line)
    {
        List<Spot> piece = [];
        for (int i = 1; i < line.Count; i++)
        {
            (double from, double to) = Inside(box, line[i - 1], line[i]);
            if (from > to) continue;
            if (piece.Count == 0) piece.Add(Between(line[i - 1], line[i], from));
            piece.Add(Between(line[i - 1], line[i], to));
            if (to == 1 && i < line.Count - 1) continue;
            yield return [.. piece];
            piece.Clear();
        }
        if (piece.Count > 1) yield return [.. piece];
    }

    // The part of a stroke that is inside, as shares of it; from above to where there is none.
    private static (double From, double To) Inside(Box box, Spot a, Spot b)
    {
        double dx = b.X - a.X, dy = b.Y - a.Y, from = 0, to = 1;
        ReadOnlySpan<(double Slope, double Room)> sides =
            [(-dx, a.X - box.X), (dx, box.Right - a.X), (-dy, a.Y - box.Y), (dy, box.Bottom - a.Y)];
        foreach ((double slope, double room) in sides)
        {
            if (slope == 0 && room < 0) return (1, 0);
            if (slope < 0) from = Math.Max(from, room / slope);
            else if (slope > 0) to = Math.Min(to, room / slope);
        }
        return (from, to);
    }

    private static Spot Between(Spot a, Spot b, double share) =>
        share == 0 ? a : share == 1 ? b : new(a.X + (b.X - a.X) * share, a.Y + (b.Y - a.Y) * share);
}
