namespace ChainRule.Reports;

/// <summary>Cells in rows and columns, with names at their sides.</summary>
internal sealed class Grid
{
    private const double NameSize = 11;

    private Grid(Box area, int rows, int columns) => (Area, Rows, Columns) = (area, rows, columns);

    /// <summary>All cells.</summary>
    public Box Area { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Draws the names and leaves the rest of a box to the cells.</summary>
    public static Grid Layout(
        Canvas canvas, Box box, int rows, int columns, IReadOnlyList<string>? rowNames,
        IReadOnlyList<string>? columnNames, string? xLabel, string? yLabel)
    {
        double left = Widest(rowNames) + (rowNames is null ? 4 : 12) + (yLabel is null ? 0 : 20);
        double width = Math.Max(1, box.Width - left - 4) / columns;
        bool upwards = Widest(columnNames) > width - 4;
        double below = columnNames is null ? 4 : upwards ? Widest(columnNames) + 12 : 20;
        Grid grid = new(box.Without(left, 4, 4, below + (xLabel is null ? 0 : 18)), rows, columns);
        double height = grid.Area.Height / rows;

        // Every second, third, ... name where they would touch.
        int rowStride = (int)Math.Ceiling(12 / height), columnStride = upwards ? (int)Math.Ceiling(12 / width) : 1;
        for (int row = 0; row < Math.Min(rows, rowNames?.Count ?? 0); row += rowStride)
        {
            canvas.Text(new Spot(grid.Area.X - 6, grid.Area.Y + (row + 0.5) * height + 4), rowNames![row],
                new TextStyle(NameSize, Colour.Quiet, Anchor.End));
        }
        for (int column = 0; column < Math.Min(columns, columnNames?.Count ?? 0); column += columnStride)
        {
            double x = grid.Area.X + (column + 0.5) * width;
            TextStyle style = new(NameSize, Colour.Quiet, upwards ? Anchor.End : Anchor.Middle, Upwards: upwards);
            canvas.Text(upwards ? new Spot(x + 4, grid.Area.Bottom + 6) : new Spot(x, grid.Area.Bottom + 15),
                columnNames![column], style);
        }
        TextStyle label = new(12, Colour.Ink, Anchor.Middle);
        if (xLabel is not null)
            canvas.Text(new Spot(grid.Area.MiddleX, grid.Area.Bottom + below + 13), xLabel, label);
        if (yLabel is not null)
            canvas.Text(new Spot(box.X + 13, grid.Area.MiddleY), yLabel, label with { Upwards = true });
        return grid;
    }

    /// <summary>Fills a cell; its text is left out where it does not fit.</summary>
    public void Cell(Canvas canvas, int row, int column, Colour colour, string text, Colour ink)
    {
        double width = Area.Width / Columns, height = Area.Height / Rows;
        Box cell = new(Area.X + column * width, Area.Y + row * height, width, height);
        canvas.Fill(cell, colour);
        double size = Math.Min(12, height * 0.7);
        if (text.Length == 0 || size < 6) return;
        double wide = StrokeFont.Room(text, size);
        if (wide > width - 3) size *= (width - 3) / wide;
        if (size < 6) return;
        canvas.Text(new Spot(cell.MiddleX, cell.MiddleY + 0.36 * size), text, new TextStyle(size, ink, Anchor.Middle));
    }

    private static double Widest(IReadOnlyList<string>? names) =>
        names is null or { Count: 0 } ? 0 : names.Max(n => StrokeFont.Room(n, NameSize));
}
