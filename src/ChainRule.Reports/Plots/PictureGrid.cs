using ChainRule.Formats;

namespace ChainRule.Reports;

/// <summary>Pictures in rows, each with a line of text: samples, filters, what a layer saw.</summary>
public sealed class PictureGrid : Plot
{
    private const int Edge = 8, Caption = 18, Gap = 8;

    private readonly int _columns, _size;
    private readonly List<(PngImage Picture, string Caption, bool Wrong)> _pictures = [];

    /// <summary>An empty grid.</summary>
    /// <param name="columns">Pictures in a row, 1 to 100.</param>
    /// <param name="size">Width and height of a picture's place in points, 8 to 1000.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its bounds.</exception>
    public PictureGrid(int columns = 8, int size = 64)
    {
        if (columns is < 1 or > 100)
            throw new ArgumentOutOfRangeException(
                nameof(columns), $"PictureGrid: columns is {columns}; expected 1 to 100.");
        if (size is < 8 or > 1000)
            throw new ArgumentOutOfRangeException(nameof(size), $"PictureGrid: size is {size}; expected 8 to 1000.");
        (_columns, _size) = (columns, size);
    }

    private protected override int NaturalWidth =>
        Math.Clamp(2 * Edge + Math.Min(_columns, Math.Max(1, _pictures.Count)) * (_size + Gap), 40, 10_000);

    private protected override int NaturalHeight =>
        Math.Clamp(2 * Edge + (Title is null ? 0 : 26) + Rows * RowHeight, 40, 10_000);

    private int Rows => Math.Max(1, (_pictures.Count + _columns - 1) / _columns);

    private int RowHeight => _size + Gap + (_pictures.Any(p => p.Caption.Length > 0) ? Caption : 0);

    /// <summary>Adds a picture.</summary>
    /// <param name="picture">Of any size and colour; it keeps its proportions.</param>
    /// <param name="caption">Stands below it; empty for nothing.</param>
    /// <param name="wrong">Whether it is marked as a mistake.</param>
    /// <returns>This grid.</returns>
    public PictureGrid Add(PngImage picture, string caption = "", bool wrong = false)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(caption);
        _pictures.Add((picture, caption, wrong));
        return this;
    }

    /// <summary>Adds a picture whose darkest number is shown black and whose lightest white.</summary>
    /// <param name="picture"><c>[H, W]</c>, <c>[1, H, W]</c> grey or <c>[3, H, W]</c> red green blue.</param>
    /// <param name="caption">Stands below it; empty for nothing.</param>
    /// <param name="wrong">Whether it is marked as a mistake.</param>
    /// <returns>This grid.</returns>
    /// <exception cref="ShapeException">The tensor has another shape, or no point.</exception>
    public PictureGrid Add(Tensor picture, string caption = "", bool wrong = false) =>
        Add(TensorPicture.Of(picture), caption, wrong);

    private protected override void DrawContent(Canvas canvas, Box box)
    {
        for (int i = 0; i < _pictures.Count; i++)
        {
            (PngImage picture, string caption, bool wrong) = _pictures[i];
            double scale = (double)_size / Math.Max(picture.Width, picture.Height);
            double width = picture.Width * scale, height = picture.Height * scale;
            double x = box.X + i % _columns * (_size + Gap), y = box.Y + i / _columns * RowHeight;
            Box place = new(x + (_size - width) / 2, y + (_size - height) / 2, width, height);
            canvas.Picture(place, picture);
            canvas.Frame(place, wrong ? Colour.Wrong : Colour.Axis, wrong ? 2.5 : 0.75);
            if (caption.Length == 0) continue;
            double size = Math.Min(11, 11 * _size / Math.Max(1, StrokeFont.Room(caption, 11)));
            canvas.Text(new Spot(x + _size / 2.0, y + _size + 13), caption,
                new TextStyle(size, wrong ? Colour.Wrong : Colour.Ink, Anchor.Middle, Bold: wrong));
        }
    }
}
