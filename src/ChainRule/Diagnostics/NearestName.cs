namespace ChainRule;

/// <summary>Finds the known name that a mistyped one was probably meant to be.</summary>
public static class NearestName
{
    /// <summary>
    /// The known name with the fewest edits (insert, delete, replace, swap of neighbours; case ignored) to
    /// <paramref name="given"/>, the first of equals; null when none is near: more edits than a third of the longer
    /// name's length, rounded up, or every letter another.
    /// </summary>
    /// <param name="given">The name as given.</param>
    /// <param name="known">The names there are.</param>
    public static string? Of(string given, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(known);
        string? best = null;
        int fewest = int.MaxValue;
        foreach (string name in known)
        {
            int edits = Edits(given.ToUpperInvariant(), name.ToUpperInvariant());
            int longer = Math.Max(given.Length, name.Length);
            if (edits >= fewest || edits >= longer || edits > (longer + 2) / 3) continue;
            fewest = edits;
            best = name;
        }
        return best;
    }

    /// <summary>Damerau's distance in its restricted form: no part is edited twice (Damerau 1964).</summary>
    private static int Edits(string a, string b)
    {
        var before = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) last[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(replace, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
            (before, last, row) = (last, row, before);
        }
        return last[b.Length];
    }
}
