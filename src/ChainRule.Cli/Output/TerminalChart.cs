using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ChainRule.Cli.Output;

/// <summary>
/// Curves in letters: each cell of the terminal holds eight dots of the Braille block, two across and four down; where
/// there is no Unicode a cell is one dot.
/// </summary>
internal sealed class TerminalChart(int width, int height, bool unicode) : IRenderable
{
    private const int LabelWidth = 8, Across = 2, Down = 4;
    private const double Steep = 30;

    // Bits of the dots of a Braille letter, [down][across].
    private static readonly byte[][] Dots = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

    private readonly List<(IReadOnlyList<double> X, IReadOnlyList<double> Y, Color Colour, bool IsLine)> _series = [];

    /// <summary>Adds a curve.</summary>
    public TerminalChart Line(IReadOnlyList<double> x, IReadOnlyList<double> y, Color colour)
    {
        _series.Add((x, y, colour, true));
        return this;
    }

    /// <summary>Adds single places, each a mark of its own.</summary>
    public TerminalChart Marks(IReadOnlyList<double> x, IReadOnlyList<double> y, Color colour)
    {
        _series.Add((x, y, colour, false));
        return this;
    }

    /// <summary>Where the horizontal axis ends; it begins at 0.</summary>
    public double XEnd { get; init; } = 1;

    /// <summary>The numbers as a row of bars of eight heights, the latest at the right.</summary>
    public static string Sparkline(IReadOnlyList<double> values, int width)
    {
        const string bars = "▁▂▃▄▅▆▇█";
        double[] shown = [.. values.Skip(Math.Max(0, values.Count - width)).Where(double.IsFinite)];
        if (shown.Length == 0) return "";
        double low = shown.Min(), range = shown.Max() - low;
        return string.Concat(shown.Select(v => bars[range > 0 ? (int)Math.Round((v - low) / range * 7) : 3]));
    }

    /// <inheritdoc/>
    public Measurement Measure(RenderOptions options, int maxWidth) => new(width, width);

    /// <inheritdoc/>
    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        int columns = Math.Max(4, width - LabelWidth - 2);
        double[] all = [.. _series.SelectMany(s => s.Y).Where(double.IsFinite)];
        bool log = all.Length > 0 && all.Min() > 0 && all.Max() / all.Min() > Steep;
        double Inner(double v) => log ? Math.Log10(v) : v;
        (double low, double high) = all.Length == 0 ? (0, 1) : (Inner(all.Min()), Inner(all.Max()));
        if (high - low < 1e-9) (low, high) = (low - 0.5, high + 0.5);

        byte[,] dots = new byte[height, columns];
        char[,] marks = new char[height, columns];
        Color[,] colours = new Color[height, columns];
        foreach ((IReadOnlyList<double> xs, IReadOnlyList<double> ys, Color colour, bool isLine) in _series)
        {
            (int X, int Y)? last = null;
            for (int i = 0; i < xs.Count; i++)
            {
                if (!double.IsFinite(ys[i]))
                {
                    last = null;
                    continue;
                }
                int x = Place(xs[i] / XEnd, columns * Across);
                int y = Place((high - Inner(ys[i])) / (high - low), height * Down);
                if (isLine)
                {
                    Stroke(dots, colours, last ?? (x, y), (x, y), colour);
                    last = (x, y);
                }
                else
                {
                    marks[y / Down, x / Across] = unicode ? '●' : 'o';
                    colours[y / Down, x / Across] = colour;
                }
            }
        }
        for (int row = 0; row < height; row++)
        {
            bool labelled = row == 0 || row == height - 1 || row == height / 2;
            double at = high - (row + 0.5) / height * (high - low);
            string label = labelled && all.Length > 0 ? Label(log ? Math.Pow(10, at) : at) : "";
            yield return new Segment(label.PadLeft(LabelWidth) + (unicode ? labelled ? " ┤" : " │" : " |"));
            for (int column = 0; column < columns; column++)
            {
                char cell = marks[row, column] != 0 ? marks[row, column]
                    : dots[row, column] == 0 ? ' '
                    : unicode ? (char)(0x2800 + dots[row, column]) : '*';
                yield return new Segment(cell.ToString(), new Style(colours[row, column]));
            }
            yield return Segment.LineBreak;
        }
        string end = XEnd.ToString("0", CultureInfo.InvariantCulture);
        yield return new Segment(new string(' ', LabelWidth + 2) + "0" + "epochs".PadLeft(columns / 2 + 2)
            .PadRight(columns - 1 - end.Length) + end);
    }

    private static int Place(double share, int size) => Math.Clamp((int)(share * size), 0, size - 1);

    private static string Label(double value) => Math.Abs(value) is >= 1e-3 and < 1e5
        ? value.ToString("G3", CultureInfo.InvariantCulture) : value.ToString("0.#e0", CultureInfo.InvariantCulture);

    private static void Stroke(byte[,] dots, Color[,] colours, (int X, int Y) from, (int X, int Y) to, Color colour)
    {
        int steps = Math.Max(1, Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y)));
        for (int i = 0; i <= steps; i++)
        {
            int x = from.X + (int)Math.Round((double)(to.X - from.X) * i / steps);
            int y = from.Y + (int)Math.Round((double)(to.Y - from.Y) * i / steps);
            dots[y / Down, x / Across] |= Dots[y % Down][x % Across];
            colours[y / Down, x / Across] = colour;
        }
    }
}
