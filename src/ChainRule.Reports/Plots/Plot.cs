using System.Text;
using ChainRule.Formats;
using ChainRule.IO;

namespace ChainRule.Reports;

/// <summary>
/// A picture of figures: <c>plot.Save("curve.svg")</c> or <c>plot.Save("curve.png")</c>. The same figures give the same
/// bytes everywhere; colours are told apart by colour-blind people and the ground is white, for paper.
/// </summary>
public abstract class Plot
{
    private const int Least = 40, Most = 10_000;

    private protected Plot()
    {
    }

    /// <summary>Stands above the picture; null for none.</summary>
    public string? Title { get; init; }

    /// <summary>Width W in points, 40 to 10000; 640 where nothing is said.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside these bounds.</exception>
    public int Width
    {
        get => _width ?? NaturalWidth;
        init => _width = Checked(value, nameof(Width));
    }

    /// <summary>Height H in points, 40 to 10000; 400 unless something is said or the content asks otherwise.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside these bounds.</exception>
    public int Height
    {
        get => _height ?? NaturalHeight;
        init => _height = Checked(value, nameof(Height));
    }

    private readonly int? _width, _height;

    private protected virtual int NaturalWidth => 640;

    private protected virtual int NaturalHeight => 400;

    /// <summary>The picture as the text of an SVG file.</summary>
    public string ToSvg() => ToSvg(standalone: true);

    /// <summary>The picture in pixels, red green blue.</summary>
    /// <param name="scale">Pixels for a point, 0.25 to 8; at 2 it is sharp on screens of any kind.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is outside these bounds.</exception>
    public PngImage ToPng(double scale = 2)
    {
        if (scale is not (>= 0.25 and <= 8))
            throw new ArgumentOutOfRangeException(nameof(scale), $"ToPng: scale is {scale}; expected 0.25 to 8.");
        PixelCanvas canvas = new(Width, Height, scale);
        Draw(canvas, new Box(0, 0, Width, Height));
        return canvas.Finish();
    }

    /// <summary>Writes the picture to a file, to a temporary one first that is then renamed.</summary>
    /// <param name="path">The file; its ending says what it becomes: <c>.svg</c> or <c>.png</c>.</param>
    /// <exception cref="ArgumentException">The file's name ends in something else.</exception>
    public void Save(string path)
    {
        CheckPath(path);
        byte[] content = path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase)
            ? Encoding.UTF8.GetBytes(ToSvg()) : ToPng().Encode();
        AtomicFile.Write(path, file => file.Write(content));
    }

    /// <summary>Whether <see cref="Save"/> takes a file of this name.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentException">The file's name ends in neither .svg nor .png.</exception>
    public static void CheckPath(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Path.GetExtension(path).ToLowerInvariant() is not (".svg" or ".png"))
            throw new ArgumentException($"a plot is saved as .svg or .png; the file is '{path}'.", nameof(path));
    }

    /// <summary>The picture as an element of a page.</summary>
    internal string ToInlineSvg() => ToSvg(standalone: false);

    /// <summary>Draws everything into a box.</summary>
    internal void Draw(Canvas canvas, Box box)
    {
        Box rest = box.Without(8, 8, 8, 8);
        if (Title is not null)
        {
            canvas.Text(new Spot(rest.X + 4, rest.Y + 14), Title, new TextStyle(15, Colour.Ink, Bold: true));
            rest = rest.Without(top: 26);
        }
        DrawContent(canvas, rest);
    }

    private protected abstract void DrawContent(Canvas canvas, Box box);

    private string ToSvg(bool standalone)
    {
        SvgCanvas canvas = new(Width, Height, Title, standalone);
        Draw(canvas, new Box(0, 0, Width, Height));
        return canvas.Finish();
    }

    private static int Checked(int value, string name) => value is >= Least and <= Most ? value
        : throw new ArgumentOutOfRangeException(name, FormattableString.Invariant(
            $"{name} is {value}; expected {Least} to {Most} points."));
}
