using System.Globalization;
using ChainRule.Formats;

namespace ChainRule.Reports;

/// <summary>What the colours of a <see cref="HeatMap"/> say.</summary>
public enum ColourScale
{
    /// <summary>White for the smallest number to dark blue for the largest.</summary>
    Sequential,

    /// <summary>Blue below 0, white at 0, vermilion above; both ends are as far from 0.</summary>
    Diverging,
}

/// <summary>A table of numbers as colours, the first row at the top; NaN is grey.</summary>
public sealed class HeatMap : Plot
{
    // Above so many cells they become the points of a picture.
    private const int ManyCells = 4096;

    private readonly double[,] _values;

    /// <summary>A map of a table, which is copied.</summary>
    /// <param name="values"><c>[rows, columns]</c>, both 1 or more.</param>
    /// <exception cref="ArgumentException">The table is empty.</exception>
    public HeatMap(double[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length == 0)
            throw new ArgumentException($"HeatMap: the table is [{values.GetLength(0)}, {values.GetLength(1)}]; "
                + "expected a row and a column at least.", nameof(values));
        _values = (double[,])values.Clone();
    }

    /// <summary>Stands below the columns; null for none.</summary>
    public string? XLabel { get; init; }

    /// <summary>Stands beside the rows; null for none.</summary>
    public string? YLabel { get; init; }

    /// <summary>Names of the rows; null for none.</summary>
    public IReadOnlyList<string>? RowNames { get; init; }

    /// <summary>Names of the columns; null for none.</summary>
    public IReadOnlyList<string>? ColumnNames { get; init; }

    /// <summary>What the colours say.</summary>
    public ColourScale Colours { get; init; }

    /// <summary>Numbers between which colours differ; null for the smallest and the largest.</summary>
    public (double From, double To)? Range { get; init; }

    /// <summary>Whether the numbers stand in their cells.</summary>
    public bool ShowValues { get; init; }

    private protected override void DrawContent(Canvas canvas, Box box)
    {
        (double low, double high) = Ends();
        Axis scale = new(AxisScale.Linear, [low, high], (low, high), 0);
        Box bar = new(box.Right - 62, box.Y + 4, 14, box.Height - 40);
        Grid grid = Grid.Layout(canvas, box.Without(right: 80), _values.GetLength(0), _values.GetLength(1),
            RowNames, ColumnNames, XLabel, YLabel);
        Func<double, Colour> colours = Colours == ColourScale.Diverging ? Colour.Diverging : Colour.Sequential;
        Colour Of(int row, int column) => colours(low == high ? 0.5 : (_values[row, column] - low) / (high - low));

        if (_values.Length > ManyCells) canvas.Picture(grid.Area, Picture(Of));
        else
        {
            for (int row = 0; row < grid.Rows; row++)
            {
                for (int column = 0; column < grid.Columns; column++)
                {
                    Colour colour = Of(row, column);
                    string text = ShowValues
                        ? _values[row, column].ToString("G3", CultureInfo.InvariantCulture) : "";
                    grid.Cell(canvas, row, column, colour, text, colour.IsDark ? Colour.White : Colour.Ink);
                }
            }
        }
        canvas.Frame(grid.Area, Colour.Axis, 1);
        const int bands = 64;
        for (int i = 0; i < bands; i++)
        {
            canvas.Fill(new Box(bar.X, bar.Bottom - (i + 1) * bar.Height / bands, bar.Width, bar.Height / bands + 0.5),
                colours((i + 0.5) / bands));
        }
        canvas.Frame(bar, Colour.Axis, 1);
        foreach (Tick tick in scale.Ticks(5))
        {
            double y = bar.Bottom - scale.Place(tick.Value) * bar.Height;
            canvas.Line(bar.Right, y, bar.Right + 4, y, Colour.Axis, 1);
            canvas.Text(new Spot(bar.Right + 7, y + 4), tick.Text, new TextStyle(10, Colour.Quiet));
        }
    }

    private (double Low, double High) Ends()
    {
        var finite = _values.Cast<double>().Where(double.IsFinite).DefaultIfEmpty(0);
        (double low, double high) = Range ?? (finite.Min(), finite.Max());
        if (Colours == ColourScale.Diverging)
        {
            double most = Math.Max(Math.Abs(low), Math.Abs(high));
            (low, high) = (-most, most);
        }
        return (low, high);
    }

    private PngImage Picture(Func<int, int, Colour> colours)
    {
        int rows = _values.GetLength(0), columns = _values.GetLength(1);
        byte[] pixels = new byte[rows * columns * 3];
        for (int i = 0; i < rows * columns; i++)
        {
            Colour colour = colours(i / columns, i % columns);
            (pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]) = (colour.R, colour.G, colour.B);
        }
        return new PngImage(columns, rows, 3, pixels);
    }
}
