namespace ChainRule.Reports;

/// <summary>Several plots as one picture, in rows.</summary>
public sealed class PlotGrid : Plot
{
    private readonly int _columns;
    private readonly IReadOnlyList<Plot> _plots;

    /// <summary>A grid of plots; each cell is as large as the largest of them.</summary>
    /// <param name="columns">Plots in a row, 1 or more.</param>
    /// <param name="plots">The plots, row by row; one or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="columns"/> is below 1.</exception>
    /// <exception cref="ArgumentException">There is no plot.</exception>
    public PlotGrid(int columns, params IReadOnlyList<Plot> plots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentNullException.ThrowIfNull(plots);
        if (plots.Count == 0) throw new ArgumentException("PlotGrid: there is no plot.", nameof(plots));
        (_columns, _plots) = (Math.Min(columns, plots.Count), [.. plots]);
    }

    private int Rows => (_plots.Count + _columns - 1) / _columns;

    private protected override int NaturalWidth => 16 + _columns * _plots.Max(p => p.Width);

    private protected override int NaturalHeight => 16 + (Title is null ? 0 : 26) + Rows * _plots.Max(p => p.Height);

    private protected override void DrawContent(Canvas canvas, Box box)
    {
        double width = box.Width / _columns, height = box.Height / Rows;
        for (int i = 0; i < _plots.Count; i++)
        {
            _plots[i].Draw(canvas,
                new Box(box.X + i % _columns * width, box.Y + i / _columns * height, width, height));
        }
    }
}
