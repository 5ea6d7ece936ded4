using System.Globalization;

namespace ChainRule.Reports;

/// <summary>Named numbers side by side, each with its bar: the figures of several runs.</summary>
public sealed class BarPlot : Plot
{
    private readonly List<(string Name, double Value, double? Spread)> _bars = [];

    /// <summary>Stands below the bars; null for none.</summary>
    public string? XLabel { get; init; }

    /// <summary>Ends of the axis; null for 0 and the numbers.</summary>
    public (double From, double To)? Range { get; init; }

    /// <summary>How numbers are written, as in <see cref="double.ToString(string)"/>.</summary>
    public string Format { get; init; } = "0.####";

    private protected override int NaturalHeight => Math.Clamp(90 + 30 * _bars.Count, 140, 2000);

    /// <summary>Adds a bar below those that are there.</summary>
    /// <param name="name">What it is of.</param>
    /// <param name="value">Its length; a NaN has no bar.</param>
    /// <param name="spread">How far it may lie to both sides, such as a standard deviation; null for nothing.</param>
    /// <returns>This plot.</returns>
    public BarPlot Add(string name, double value, double? spread = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        _bars.Add((name, value, spread));
        return this;
    }

    private protected override void DrawContent(Canvas canvas, Box box)
    {
        double names = _bars.Count == 0 ? 0 : _bars.Max(b => StrokeFont.Room(b.Name, 12));
        double figures = _bars.Count == 0 ? 0 : _bars.Max(b => StrokeFont.Room(Text(b), 11));
        Box area = box.Without(left: names + 14, top: 4, right: figures + 12, bottom: 22 + (XLabel is null ? 0 : 18));
        Axis axis = new(AxisScale.Linear, [0, .. _bars.SelectMany(b => (double[])
            [b.Value - (b.Spread ?? 0), b.Value + (b.Spread ?? 0)])], Range, 0);
        double X(double value) => area.X + Math.Clamp(axis.Place(value), 0, 1) * area.Width;
        foreach (Tick tick in axis.Ticks((int)Math.Clamp(area.Width / 70, 2, 10)))
        {
            canvas.Line(X(tick.Value), area.Y, X(tick.Value), area.Bottom, Colour.Grid, 1);
            canvas.Text(new Spot(X(tick.Value), area.Bottom + 16), tick.Text,
                new TextStyle(11, Colour.Quiet, Anchor.Middle));
        }
        double height = area.Height / Math.Max(1, _bars.Count), zero = X(0);
        for (int i = 0; i < _bars.Count; i++)
        {
            (string name, double value, double? spread) = _bars[i];
            double middle = area.Y + (i + 0.5) * height, end = double.IsFinite(value) ? X(value) : zero;
            canvas.Text(new Spot(area.X - 8, middle + 4), name, new TextStyle(12, Colour.Ink, Anchor.End));
            canvas.Fill(new Box(Math.Min(zero, end), middle - height * 0.34, Math.Abs(end - zero), height * 0.68),
                Colour.OfSeries(0));
            if (spread is { } s && double.IsFinite(value))
                canvas.Line(X(value - s), middle, X(value + s), middle, Colour.Ink, 1.5);
            canvas.Text(new Spot(area.Right + 8, middle + 4), Text(_bars[i]), new TextStyle(11, Colour.Ink));
        }
        canvas.Line(zero, area.Y, zero, area.Bottom, Colour.Axis, 1);
        if (XLabel is not null)
            canvas.Text(new Spot(area.MiddleX, area.Bottom + 34), XLabel, new TextStyle(12, Colour.Ink, Anchor.Middle));
    }

    private string Text((string Name, double Value, double? Spread) bar) =>
        bar.Value.ToString(Format, CultureInfo.InvariantCulture)
        + (bar.Spread is { } s ? " ± " + s.ToString(Format, CultureInfo.InvariantCulture) : "");
}
