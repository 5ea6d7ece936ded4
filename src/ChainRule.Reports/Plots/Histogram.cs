namespace ChainRule.Reports;

/// <summary>How often numbers fall into equal intervals between the smallest and the largest.</summary>
public sealed class Histogram : Plot
{
    private readonly double _low, _high;
    private readonly long[] _counts;

    /// <summary>Counts numbers; a NaN or an infinity is not shown but said.</summary>
    /// <param name="values"><c>[N]</c> the numbers.</param>
    /// <param name="bins">Number of intervals, 1 to 1000; null for the root of N, 10 to 60.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bins"/> is outside these bounds.</exception>
    public Histogram(ReadOnlySpan<double> values, int? bins = null)
    {
        if (bins is not (null or (>= 1 and <= 1000)))
            throw new ArgumentOutOfRangeException(nameof(bins), $"Histogram: bins is {bins}; expected 1 to 1000.");
        (_low, _high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
            {
                NonFinite++;
                continue;
            }
            (_low, _high) = (Math.Min(_low, value), Math.Max(_high, value));
        }
        if (_low > _high) (_low, _high) = (0, 1);
        if (_low == _high) (_low, _high) = (_low - 0.5, _high + 0.5);
        _counts = new long[bins ?? Math.Clamp((int)Math.Sqrt(values.Length), 10, 60)];
        foreach (double value in values)
        {
            if (!double.IsFinite(value)) continue;
            // Halves, since the difference of two large numbers may be infinite.
            double share = (value / 2 - _low / 2) / (_high / 2 - _low / 2);
            _counts[Math.Min((int)(share * _counts.Length), _counts.Length - 1)]++;
        }
    }

    /// <summary>Stands below the horizontal axis; null for none.</summary>
    public string? XLabel { get; init; }

    /// <summary>Numbers that are NaN or infinite and lie in no interval.</summary>
    public long NonFinite { get; }

    /// <summary>How many numbers fall into each interval, from the smallest.</summary>
    public IReadOnlyList<long> Counts => _counts;

    private protected override void DrawContent(Canvas canvas, Box box)
    {
        double most = Math.Max(1, _counts.Max());
        Axis x = new(AxisScale.Linear, [_low, _high], (_low, _high), 0);
        Axis y = new(AxisScale.Linear, [0, most], (0, most * 1.05), 0);
        Frame frame = Frame.Draw(canvas, box, x, y, XLabel, null);
        double width = frame.Area.Width / _counts.Length, gap = width > 6 ? 1 : 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            double top = frame.Y(_counts[i]);
            if (_counts[i] == 0) continue;
            canvas.Fill(new Box(frame.Area.X + i * width, top, width - gap, frame.Area.Bottom - top), Colour.Right);
        }
        if (NonFinite > 0)
        {
            canvas.Text(new Spot(frame.Area.Right - 4, frame.Area.Y + 12), $"{NonFinite} NaN or infinite",
                new TextStyle(11, Colour.Wrong, Anchor.End));
        }
    }
}
