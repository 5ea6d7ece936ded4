namespace ChainRule.Reports;

/// <summary>The axes around what is drawn: grid, ticks and labels.</summary>
internal sealed class Frame
{
    private const double TickSize = 11, LabelSize = 12;

    private readonly Axis _x, _y;

    private Frame(Box area, Axis x, Axis y) => (Area, _x, _y) = (area, x, y);

    /// <summary>What is inside the axes.</summary>
    public Box Area { get; }

    /// <summary>Draws the axes of a box and leaves room for their texts.</summary>
    public static Frame Draw(Canvas canvas, Box box, Axis x, Axis y, string? xLabel, string? yLabel)
    {
        IReadOnlyList<Tick> rows = y.Ticks((int)Math.Clamp(box.Height / 50, 2, 8));
        double widest = rows.Count == 0 ? 0 : rows.Max(t => StrokeFont.Room(t.Text, TickSize));
        Box area = box.Without(
            left: widest + 12 + (yLabel is null ? 0 : 20), top: 8, right: 14, bottom: 22 + (xLabel is null ? 0 : 18));
        Frame frame = new(area, x, y);
        IReadOnlyList<Tick> columns = x.Ticks((int)Math.Clamp(area.Width / 70, 2, 10));
        foreach (Tick tick in rows)
        {
            double at = frame.Y(tick.Value);
            canvas.Line(area.X, at, area.Right, at, Colour.Grid, 1);
            canvas.Text(new Spot(area.X - 6, at + 4), tick.Text, new TextStyle(TickSize, Colour.Quiet, Anchor.End));
        }
        foreach (Tick tick in columns)
        {
            double at = frame.X(tick.Value);
            canvas.Line(at, area.Y, at, area.Bottom, Colour.Grid, 1);
            canvas.Line(at, area.Bottom, at, area.Bottom + 4, Colour.Axis, 1);
            canvas.Text(new Spot(at, area.Bottom + 16), tick.Text,
                new TextStyle(TickSize, Colour.Quiet, Anchor.Middle));
        }
        canvas.Line([new(area.X, area.Y), new(area.X, area.Bottom), new(area.Right, area.Bottom)], Colour.Axis, 1);
        TextStyle label = new(LabelSize, Colour.Ink, Anchor.Middle);
        if (xLabel is not null) canvas.Text(new Spot(area.MiddleX, area.Bottom + 34), xLabel, label);
        if (yLabel is not null)
            canvas.Text(new Spot(box.X + 13, area.MiddleY), yLabel, label with { Upwards = true });
        return frame;
    }

    /// <summary>Where a number lies from left to right.</summary>
    public double X(double value) => Area.X + _x.Place(value) * Area.Width;

    /// <summary>Where a number lies from top to bottom.</summary>
    public double Y(double value) => Area.Bottom - _y.Place(value) * Area.Height;
}
