namespace ChainRule.Reports;

/// <summary>How a series of a <see cref="LinePlot"/> is drawn.</summary>
public enum LineStyle
{
    /// <summary>A line.</summary>
    Line,

    /// <summary>A dashed line.</summary>
    Dashed,

    /// <summary>A dot for each place, no line.</summary>
    Points,

    /// <summary>A line with a dot for each place.</summary>
    LineAndPoints,
}

/// <summary>Curves over a common axis: losses, metrics, learning rates.</summary>
/// <remarks>
/// A NaN, an infinity, and a number of 0 or less on a logarithmic axis leave a gap. Long series are drawn by the lowest
/// and highest value of each column of points, so that files stay small and no peak is lost.
/// </remarks>
public sealed class LinePlot : Plot
{
    private readonly List<Series> _series = [];
    private readonly List<(double X, string? Label)> _marks = [];

    /// <summary>Stands below the horizontal axis; null for none.</summary>
    public string? XLabel { get; init; }

    /// <summary>Stands beside the vertical axis; null for none.</summary>
    public string? YLabel { get; init; }

    /// <summary>How numbers are laid along the horizontal axis.</summary>
    public AxisScale XScale { get; init; }

    /// <summary>How numbers are laid along the vertical axis.</summary>
    public AxisScale YScale { get; init; }

    /// <summary>Ends of the horizontal axis; null to show everything.</summary>
    public (double From, double To)? XRange { get; init; }

    /// <summary>Ends of the vertical axis; null to show everything.</summary>
    public (double From, double To)? YRange { get; init; }

    /// <summary>Adds a series over 1, 2, 3, ...</summary>
    /// <param name="name">Its name in the legend; empty for none.</param>
    /// <param name="y">Its numbers.</param>
    /// <param name="style">How it is drawn.</param>
    /// <returns>This plot.</returns>
    public LinePlot Add(string name, IReadOnlyList<double> y, LineStyle style = LineStyle.Line)
    {
        ArgumentNullException.ThrowIfNull(y);
        return Add(name, [.. Enumerable.Range(1, y.Count).Select(i => (double)i)], y, style);
    }

    /// <summary>Adds a series; lines join its places in the order given.</summary>
    /// <param name="name">Its name in the legend; empty for none.</param>
    /// <param name="x">Where its numbers lie.</param>
    /// <param name="y">Its numbers, as many.</param>
    /// <param name="style">How it is drawn.</param>
    /// <returns>This plot.</returns>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public LinePlot Add(
        string name, IReadOnlyList<double> x, IReadOnlyList<double> y, LineStyle style = LineStyle.Line)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.Count != y.Count)
            throw new ArgumentException($"Add: series '{name}' has {x.Count} places for {y.Count} numbers.", nameof(x));
        _series.Add(new Series(name, [.. x], [.. y], style));
        return this;
    }

    /// <summary>Marks a place of the horizontal axis by a vertical line.</summary>
    /// <param name="x">The place.</param>
    /// <param name="label">Stands beside the line; null for none.</param>
    /// <returns>This plot.</returns>
    public LinePlot Mark(double x, string? label = null)
    {
        _marks.Add((x, label));
        return this;
    }

    private protected override void DrawContent(Canvas canvas, Box box)
    {
        box = Legend(canvas, box);
        Axis x = new(XScale, [.. _series.SelectMany(s => s.X), .. _marks.Select(m => m.X)], XRange, 0.02);
        Axis y = new(YScale, _series.SelectMany(s => s.Y), YRange, 0.05);
        Frame frame = Frame.Draw(canvas, box, x, y, XLabel, YLabel);
        foreach ((double at, string? label) in _marks) DrawMark(canvas, frame, x, y, at, label);
        for (int i = 0; i < _series.Count; i++) DrawSeries(canvas, frame, x, y, i);
    }

    // A row above the axes, where it covers no curve.
    private Box Legend(Canvas canvas, Box box)
    {
        const double size = 12, sample = 22, gap = 18;
        double pen = box.X + 4, row = box.Y;
        bool any = false;
        for (int i = 0; i < _series.Count; i++)
        {
            Series series = _series[i];
            if (series.Name.Length == 0) continue;
            double width = sample + 6 + StrokeFont.Room(series.Name, size);
            if (any && pen + width > box.Right) (pen, row) = (box.X + 4, row + 18);
            DrawSample(canvas, i, pen, row + 8, sample);
            canvas.Text(new Spot(pen + sample + 6, row + 12), series.Name, new TextStyle(size, Colour.Ink));
            pen += width + gap;
            any = true;
        }
        return any ? box.Without(top: row - box.Y + 20) : box;
    }

    private void DrawSample(Canvas canvas, int index, double x, double y, double length)
    {
        LineStyle style = _series[index].Style;
        if (style != LineStyle.Points) canvas.Line(x, y, x + length, y, Colour.OfSeries(index), 2, Dash(index));
        if (style is LineStyle.Points or LineStyle.LineAndPoints)
            canvas.Dot(new Spot(x + length / 2, y), 3, Colour.OfSeries(index));
    }

    // Once all colours are taken, the next round of series is told apart by dashes.
    private double Dash(int index) =>
        _series[index].Style == LineStyle.Dashed ? 5 : index / Colour.CycleLength * 3;

    private void DrawMark(Canvas canvas, Frame frame, Axis xAxis, Axis yAxis, double at, string? label)
    {
        const double near = 40, height = 18;
        if (!xAxis.Shows(at) || xAxis.Place(at) is < 0 or > 1) return;
        double x = frame.X(at);
        canvas.Line(x, frame.Area.Y, x, frame.Area.Bottom, Colour.Quiet, 1, 4);
        if (label is null) return;
        bool fits = x + 4 + StrokeFont.Room(label, 11) < frame.Area.Right;
        // At the top, or at the foot where a curve runs along the top.
        bool taken = _series.Any(s => s.X.Zip(s.Y).Any(p => xAxis.Shows(p.First) && yAxis.Shows(p.Second)
            && Math.Abs(frame.X(p.First) - x) < near && frame.Y(p.Second) < frame.Area.Y + height));
        canvas.Text(new Spot(fits ? x + 4 : x - 4, taken ? frame.Area.Bottom - 6 : frame.Area.Y + 11), label,
            new TextStyle(11, Colour.Quiet, fits ? Anchor.Start : Anchor.End));
    }

    private void DrawSeries(Canvas canvas, Frame frame, Axis xAxis, Axis yAxis, int index)
    {
        Series series = _series[index];
        Colour colour = Colour.OfSeries(index);
        List<Spot> run = [];
        for (int i = 0; i <= series.X.Length; i++)
        {
            if (i < series.X.Length && xAxis.Shows(series.X[i]) && yAxis.Shows(series.Y[i]))
            {
                run.Add(new Spot(frame.X(series.X[i]), frame.Y(series.Y[i])));
                continue;
            }
            if (series.Style != LineStyle.Points)
                foreach (Spot[] piece in Clipping.Inside(frame.Area, Thinned(run)))
                    canvas.Line(piece, colour, 2, Dash(index));
            // A number between two gaps has no line to lie on.
            if (series.Style is LineStyle.Points or LineStyle.LineAndPoints || run.Count == 1)
                foreach (Spot spot in run.Where(s => Clipping.IsInside(frame.Area, s))) canvas.Dot(spot, 3, colour);
            run.Clear();
        }
    }

    // First, lowest, highest and last place of each column of points, where there are many.
    private static List<Spot> Thinned(List<Spot> run)
    {
        const int few = 2000;
        if (run.Count <= few) return run;
        List<Spot> kept = [];
        for (int begin = 0, end; begin < run.Count; begin = end)
        {
            (int low, int high) = (begin, begin);
            for (end = begin + 1; end < run.Count && (int)run[end].X == (int)run[begin].X; end++)
            {
                if (run[end].Y > run[low].Y) low = end;
                if (run[end].Y < run[high].Y) high = end;
            }
            foreach (int i in ((int[])[begin, low, high, end - 1]).Distinct().Order()) kept.Add(run[i]);
        }
        return kept;
    }

    private sealed record Series(string Name, double[] X, double[] Y, LineStyle Style);
}
