using ChainRule.Formats;

namespace ChainRule.Reports;

/// <summary>A place, in points from the left and from the top.</summary>
internal readonly record struct Spot(double X, double Y);

/// <summary>A box, in points.</summary>
internal readonly record struct Box(double X, double Y, double Width, double Height)
{
    public double Right => X + Width;

    public double Bottom => Y + Height;

    public double MiddleX => X + Width / 2;

    public double MiddleY => Y + Height / 2;

    /// <summary>What is left when strips are taken off its sides.</summary>
    public Box Without(double left = 0, double top = 0, double right = 0, double bottom = 0) =>
        new(X + left, Y + top, Math.Max(1, Width - left - right), Math.Max(1, Height - top - bottom));
}

/// <summary>Which part of a text stands at its place.</summary>
internal enum Anchor
{
    /// <summary>Its first letter.</summary>
    Start,

    /// <summary>Its middle.</summary>
    Middle,

    /// <summary>Its last letter.</summary>
    End,
}

/// <summary>How a text looks.</summary>
/// <param name="Size">Height of a line, in points.</param>
/// <param name="Colour">Its colour.</param>
/// <param name="Anchor">What stands at the place.</param>
/// <param name="Bold">Whether it is heavy.</param>
/// <param name="Upwards">Whether it is read from bottom to top.</param>
internal readonly record struct TextStyle(
    double Size, Colour Colour, Anchor Anchor = Anchor.Start, bool Bold = false, bool Upwards = false);

/// <summary>What plots draw on.</summary>
internal abstract class Canvas
{
    /// <summary>
    /// A line through places; <paramref name="dash"/> is the length of dashes and of the gaps between them, 0 for a
    /// solid line.
    /// </summary>
    public abstract void Line(ReadOnlySpan<Spot> spots, Colour colour, double width, double dash = 0);

    /// <summary>A filled box.</summary>
    public abstract void Fill(Box box, Colour colour);

    /// <summary>A filled disc.</summary>
    public abstract void Dot(Spot middle, double radius, Colour colour);

    /// <summary>A text; <paramref name="at"/> is on its base line.</summary>
    public abstract void Text(Spot at, string text, in TextStyle style);

    /// <summary>A picture that fills a box, its points seen as squares.</summary>
    public abstract void Picture(Box box, PngImage picture);

    /// <summary>A straight line.</summary>
    public void Line(double x0, double y0, double x1, double y1, Colour colour, double width, double dash = 0) =>
        Line([new Spot(x0, y0), new Spot(x1, y1)], colour, width, dash);

    /// <summary>The outline of a box.</summary>
    public void Frame(Box box, Colour colour, double width) => Line(
        [
            new(box.X, box.Y), new(box.Right, box.Y), new(box.Right, box.Bottom), new(box.X, box.Bottom),
            new(box.X, box.Y),
        ],
        colour, width);
}
