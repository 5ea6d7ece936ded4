using System.Globalization;
using ChainRule.Training;

namespace ChainRule.Reports;

/// <summary>
/// A confusion matrix with its counts: rows are what samples are, columns what they were taken for. What is right is
/// blue, what is wrong vermilion, the darker the larger its share of the row.
/// </summary>
public sealed class MatrixPlot : Plot
{
    private readonly long[,] _counts;
    private readonly IReadOnlyList<string> _classes;

    /// <summary>A plot of what a metric has counted so far.</summary>
    /// <param name="matrix">The metric.</param>
    /// <param name="classes">Names of the classes; null for their numbers.</param>
    /// <exception cref="ArgumentException">There are more or fewer names than classes.</exception>
    public MatrixPlot(ConfusionMatrix matrix, IReadOnlyList<string>? classes = null)
        : this(CountsOf(matrix), classes)
    {
    }

    /// <summary>A plot of counts, which are copied.</summary>
    /// <param name="counts"><c>[C, C]</c> by what samples are and what they were taken for, C of 1 or more.</param>
    /// <param name="classes">Names of the classes; null for their numbers.</param>
    /// <exception cref="ArgumentException">The table is not square, or its names are not as many.</exception>
    public MatrixPlot(long[,] counts, IReadOnlyList<string>? classes = null)
    {
        ArgumentNullException.ThrowIfNull(counts);
        int size = counts.GetLength(0);
        if (size == 0 || size != counts.GetLength(1))
            throw new ArgumentException(
                $"MatrixPlot: counts are [{size}, {counts.GetLength(1)}]; expected [C, C].", nameof(counts));
        if (classes is not null && classes.Count != size)
            throw new ArgumentException(
                $"MatrixPlot: {classes.Count} names for {size} classes.", nameof(classes));
        _counts = (long[,])counts.Clone();
        _classes = classes is null
            ? [.. Enumerable.Range(0, size).Select(c => c.ToString(CultureInfo.InvariantCulture))] : [.. classes];
    }

    private protected override int NaturalWidth => Math.Clamp(150 + 44 * _classes.Count, 320, 1600);

    private protected override int NaturalHeight => Math.Clamp(140 + 30 * _classes.Count, 260, 1200);

    private protected override void DrawContent(Canvas canvas, Box box)
    {
        Grid grid = Grid.Layout(canvas, box, _classes.Count, _classes.Count, _classes, _classes, "predicted", "actual");
        for (int row = 0; row < grid.Rows; row++)
        {
            long all = 0;
            for (int column = 0; column < grid.Columns; column++) all += _counts[row, column];
            for (int column = 0; column < grid.Columns; column++)
            {
                long count = _counts[row, column];
                // The root shows a mistake of one in a hundred, which is what one looks for.
                double share = all == 0 ? 0 : Math.Sqrt((double)count / all);
                Colour colour = (row == column ? Colour.Right : Colour.Wrong).Over(Colour.White, share);
                grid.Cell(canvas, row, column, colour,
                    count == 0 ? "" : count.ToString(CultureInfo.InvariantCulture),
                    colour.IsDark ? Colour.White : Colour.Ink);
            }
        }
        canvas.Frame(grid.Area, Colour.Axis, 1);
    }

    private static long[,] CountsOf(ConfusionMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        long[,] counts = new long[matrix.Classes, matrix.Classes];
        for (int actual = 0; actual < matrix.Classes; actual++)
            for (int predicted = 0; predicted < matrix.Classes; predicted++)
                counts[actual, predicted] = matrix[actual, predicted];
        return counts;
    }
}
