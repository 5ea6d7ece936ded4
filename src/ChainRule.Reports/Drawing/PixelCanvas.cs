using ChainRule.Formats;

namespace ChainRule.Reports;

/// <summary>
/// Fills pixels. A stroke covers a pixel by how near its middle is: 1 inside, falling to 0 over the width of one pixel
/// at the edge. The strokes of one line are joined before they are laid on, so that its joints are no darker.
/// </summary>
internal sealed class PixelCanvas : Canvas
{
    private readonly int _width, _height;
    private readonly double _scale;
    private readonly byte[] _pixels;                                     // [height, width, 3]
    private readonly float[] _coverage;                                  // [height, width], all 0 between lines
    private int _left, _top, _right, _bottom;                            // where coverage may differ from 0

    /// <summary>A white picture.</summary>
    /// <param name="width">In points.</param>
    /// <param name="height">In points.</param>
    /// <param name="scale">Pixels for a point.</param>
    public PixelCanvas(int width, int height, double scale)
    {
        (_width, _height, _scale) = ((int)Math.Ceiling(width * scale), (int)Math.Ceiling(height * scale), scale);
        _pixels = new byte[checked(_width * _height * 3)];
        _coverage = new float[_width * _height];
        Array.Fill(_pixels, (byte)255);
        Clear();
    }

    /// <summary>What was drawn.</summary>
    public PngImage Finish() => new(_width, _height, 3, _pixels);

    /// <inheritdoc/>
    public override void Line(ReadOnlySpan<Spot> spots, Colour colour, double width, double dash = 0)
    {
        for (int i = 1; i < spots.Length; i++)
        {
            if (dash > 0 && i == 1) i = Dashes(spots, width, dash);
            else Stroke(spots[i - 1], spots[i], width / 2);
        }
        Lay(colour);
    }

    /// <inheritdoc/>
    public override void Fill(Box box, Colour colour)
    {
        double x0 = box.X * _scale, x1 = box.Right * _scale, y0 = box.Y * _scale, y1 = box.Bottom * _scale;
        for (int y = Math.Max(0, (int)y0); y < Math.Min(_height, y1); y++)
        {
            double high = Math.Min(y + 1, y1) - Math.Max(y, y0);
            for (int x = Math.Max(0, (int)x0); x < Math.Min(_width, x1); x++)
                Blend(y * _width + x, colour, high * (Math.Min(x + 1, x1) - Math.Max(x, x0)));
        }
    }

    /// <inheritdoc/>
    public override void Dot(Spot middle, double radius, Colour colour)
    {
        Stroke(middle, middle, radius);
        Lay(colour);
    }

    /// <inheritdoc/>
    public override void Text(Spot at, string text, in TextStyle style)
    {
        double unit = style.Size / StrokeFont.Em, width = StrokeFont.Width(text, style.Size);
        double pen = style.Anchor switch { Anchor.Middle => -width / 2, Anchor.End => -width, _ => 0 };
        double radius = (style.Bold ? 1.6 : 0.95) * unit;
        Spot[] places = new Spot[128];
        foreach (char letter in text)
        {
            foreach (Spot[] stroke in StrokeFont.StrokesOf(letter))
            {
                for (int i = 0; i < stroke.Length; i++)
                {
                    double x = pen + stroke[i].X * unit, y = (stroke[i].Y - StrokeFont.BaseLine) * unit;
                    places[i] = style.Upwards ? new(at.X + y, at.Y - x) : new(at.X + x, at.Y + y);
                    if (i > 0) Stroke(places[i - 1], places[i], radius);
                }
            }
            pen += StrokeFont.Advance(letter) * unit;
        }
        Lay(style.Colour);
    }

    /// <inheritdoc/>
    public override void Picture(Box box, PngImage picture)
    {
        double x0 = box.X * _scale, y0 = box.Y * _scale, w = box.Width * _scale, h = box.Height * _scale;
        for (int y = Math.Max(0, (int)Math.Round(y0)); y < Math.Min(_height, Math.Round(y0 + h)); y++)
        {
            int row = Math.Clamp((int)((y + 0.5 - y0) / h * picture.Height), 0, picture.Height - 1);
            for (int x = Math.Max(0, (int)Math.Round(x0)); x < Math.Min(_width, Math.Round(x0 + w)); x++)
            {
                int column = Math.Clamp((int)((x + 0.5 - x0) / w * picture.Width), 0, picture.Width - 1);
                ReadOnlySpan<byte> point =
                    picture.Pixels.AsSpan((row * picture.Width + column) * picture.Channels, picture.Channels);
                Colour colour = picture.Channels < 3 ? new(point[0], point[0], point[0])
                    : new(point[0], point[1], point[2]);
                Blend(y * _width + x, colour, picture.Channels % 2 == 0 ? point[^1] / 255.0 : 1);
            }
        }
    }

    // Lays all dashes of a line; gives the number of its last stroke.
    private int Dashes(ReadOnlySpan<Spot> spots, double width, double dash)
    {
        double done = 0;
        for (int i = 1; i < spots.Length; i++)
        {
            Spot a = spots[i - 1], b = spots[i];
            double length = Math.Sqrt((b.X - a.X) * (b.X - a.X) + (b.Y - a.Y) * (b.Y - a.Y)), at = 0;
            while (at < length)
            {
                double phase = (done + at) % (2 * dash);
                double next = Math.Min(length, at + Math.Max((phase < dash ? dash : 2 * dash) - phase, 1e-6));
                if (phase < dash) Stroke(Between(a, b, at / length), Between(a, b, next / length), width / 2);
                at = next;
            }
            done += length;
        }
        return spots.Length - 1;
    }

    private static Spot Between(Spot a, Spot b, double share) =>
        new(a.X + (b.X - a.X) * share, a.Y + (b.Y - a.Y) * share);

    // Coverage by all that is nearer to a stroke than the radius.
    private void Stroke(Spot from, Spot to, double radius)
    {
        double x0 = from.X * _scale, y0 = from.Y * _scale, dx = to.X * _scale - x0, dy = to.Y * _scale - y0;
        double reach = radius * _scale + 0.5, square = dx * dx + dy * dy;
        double low = Math.Min(y0, y0 + dy) - reach, high = Math.Max(y0, y0 + dy) + reach;
        for (int y = Math.Max(0, (int)Math.Floor(low - 0.5)); y < Math.Min(_height, high + 0.5); y++)
        {
            // Only the part of the stroke within reach of the row can cover its pixels.
            double first = 0, last = 1;
            if (Math.Abs(dy) > 1e-9)
            {
                double a = (y + 0.5 - reach - y0) / dy, b = (y + 0.5 + reach - y0) / dy;
                (first, last) = (Math.Clamp(Math.Min(a, b), 0, 1), Math.Clamp(Math.Max(a, b), 0, 1));
            }
            double left = x0 + Math.Min(first * dx, last * dx) - reach - 0.5;
            double right = x0 + Math.Max(first * dx, last * dx) + reach + 0.5;
            int begin = Math.Max(0, (int)Math.Floor(left)), end = (int)Math.Min(_width, Math.Ceiling(right));
            for (int x = begin; x < end; x++)
            {
                double px = x + 0.5 - x0, py = y + 0.5 - y0;
                double share = square > 0 ? Math.Clamp((px * dx + py * dy) / square, 0, 1) : 0;
                double ex = px - share * dx, ey = py - share * dy;
                float cover = (float)Math.Min(1, reach - Math.Sqrt(ex * ex + ey * ey));
                ref float there = ref _coverage[y * _width + x];
                if (cover <= there) continue;
                there = cover;
                (_left, _right) = (Math.Min(_left, x), Math.Max(_right, x + 1));
                (_top, _bottom) = (Math.Min(_top, y), Math.Max(_bottom, y + 1));
            }
        }
    }

    private void Lay(Colour colour)
    {
        for (int y = _top; y < _bottom; y++)
        {
            for (int i = y * _width + _left; i < y * _width + _right; i++)
            {
                if (_coverage[i] <= 0) continue;
                Blend(i, colour, _coverage[i]);
                _coverage[i] = 0;
            }
        }
        Clear();
    }

    private void Clear() => (_left, _top, _right, _bottom) = (_width, _height, 0, 0);

    private void Blend(int pixel, Colour colour, double coverage)
    {
        Span<byte> there = _pixels.AsSpan(pixel * 3, 3);
        Colour mixed = colour.Over(new Colour(there[0], there[1], there[2]), coverage);
        (there[0], there[1], there[2]) = (mixed.R, mixed.G, mixed.B);
    }
}
