namespace ChainRule.Formats;

/// <summary>
/// The five row filters of PNG (section 9 of the specification): each byte is predicted from those to the left (a),
/// above (b) and above left (c), and only the error is stored.
/// </summary>
internal static class PngFilter
{
    internal const int Count = 5;

    /// <summary>Stored errors of a row to the row itself, in place.</summary>
    /// <param name="filter">0 none, 1 left, 2 above, 3 mean of both, 4 Paeth.</param>
    /// <param name="row">The row.</param>
    /// <param name="above">The row above it; empty for the first.</param>
    /// <param name="step">Bytes per point, at least 1.</param>
    internal static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        // The simple ones, and most files have many rows of them, without a question at every byte.
        if (filter == 0 || (filter == 2 && above.Length == 0)) return;
        if (filter == 1)
        {
            for (int i = step; i < row.Length; i++) row[i] += row[i - step];
        }
        else if (filter == 2)
        {
            for (int i = 0; i < row.Length; i++) row[i] += above[i];
        }
        else
        {
            for (int i = 0; i < row.Length; i++) row[i] += Predict(filter, row, above, i, step);
        }
    }

    /// <summary>A row to its stored errors.</summary>
    internal static void Apply(
        int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, Span<byte> errors)
    {
        for (int i = 0; i < row.Length; i++) errors[i] = (byte)(row[i] - Predict(filter, row, above, i, step));
    }

    private static byte Predict(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int i, int step)
    {
        int a = i >= step ? row[i - step] : 0;
        int b = above.Length > 0 ? above[i] : 0;
        switch (filter)
        {
            case 0: return 0;
            case 1: return (byte)a;
            case 2: return (byte)b;
            case 3: return (byte)((a + b) / 2);
            default:
                int c = i >= step && above.Length > 0 ? above[i - step] : 0;
                int toA = Math.Abs(b - c), toB = Math.Abs(a - c), toC = Math.Abs(a + b - 2 * c);
                return (byte)(toA <= toB && toA <= toC ? a : toB <= toC ? b : c);
        }
    }
}
