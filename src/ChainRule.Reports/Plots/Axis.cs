using System.Globalization;

namespace ChainRule.Reports;

/// <summary>How numbers are laid along an axis.</summary>
public enum AxisScale
{
    /// <summary>Equal differences take equal lengths.</summary>
    Linear,

    /// <summary>Equal ratios take equal lengths; numbers of 0 and below cannot be shown.</summary>
    Log,
}

/// <summary>A place on an axis that is named.</summary>
internal readonly record struct Tick(double Value, string Text);

/// <summary>From numbers to places, and the places that are named.</summary>
internal sealed class Axis
{
    private readonly bool _log;
    private readonly double _low, _high;

    /// <summary>An axis that shows certain numbers.</summary>
    /// <param name="scale">How numbers are laid along it.</param>
    /// <param name="values">The numbers; those that cannot be shown count for nothing.</param>
    /// <param name="fixedRange">The ends, when they were asked for.</param>
    /// <param name="margin">Share of the length that is left free at both ends.</param>
    public Axis(AxisScale scale, IEnumerable<double> values, (double From, double To)? fixedRange, double margin)
    {
        _log = scale == AxisScale.Log;
        IsWhole = !_log;
        (double low, double high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (double value in values)
        {
            if (!Shows(value)) continue;
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
            IsWhole &= value == Math.Floor(value);
        }
        if (fixedRange is { } range && Shows(range.From) && Shows(range.To) && range.From < range.To)
        {
            (_low, _high) = (Inner(range.From), Inner(range.To));
            return;
        }
        if (low > high) (low, high) = _log ? (1, 10) : (0, 1);
        (low, high) = (Inner(low), Inner(high));
        if (low == high)
        {
            double around = _log ? 0.5 : Math.Max(Math.Abs(low) * 0.1, IsWhole ? 0.5 : 1e-3);
            (_low, _high) = (low - around, high + around);
        }
        else
        {
            (_low, _high) = (low - margin * (high - low), high + margin * (high - low));
        }
    }

    /// <summary>Whether all numbers are whole, as epochs are.</summary>
    public bool IsWhole { get; }

    /// <summary>Whether a number has a place at all.</summary>
    public bool Shows(double value) => double.IsFinite(value) && (!_log || value > 0);

    /// <summary>Where a number lies: 0 at the low end, 1 at the high end.</summary>
    public double Place(double value) => (Inner(value) - _low) / (_high - _low);

    /// <summary>Steps of 1, 2 or 5 times a power of ten, about as many as asked for.</summary>
    public IReadOnlyList<Tick> Ticks(int about) => _log && LogTicks(about) is { Count: >= 2 } log ? log
        : LinearTicks(_log ? Math.Pow(10, _low) : _low, _log ? Math.Pow(10, _high) : _high, about);

    private double Inner(double value) => _log ? Math.Log10(value) : value;

    private List<Tick> LinearTicks(double low, double high, int about)
    {
        double raw = (high - low) / Math.Max(1, about), power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double step = power * (raw / power) switch { <= 1.001 => 1, <= 2.001 => 2, <= 5.001 => 5, _ => 10 };
        if (IsWhole) step = Math.Max(1, step);
        int decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 12);
        double most = Math.Max(Math.Abs(low), Math.Abs(high));
        bool powers = most >= 1e6 || step < 1e-4;
        List<Tick> ticks = [];
        for (double i = Math.Ceiling(low / step - 1e-9); i <= high / step + 1e-9 && ticks.Count < 100; i++)
        {
            double value = i * step;
            string text = powers ? Power(value) : value.ToString("F" + decimals, CultureInfo.InvariantCulture);
            ticks.Add(new Tick(value, i == 0 ? "0" : text));
        }
        return ticks;
    }

    private List<Tick> LogTicks(int about)
    {
        double decades = _high - _low;
        int stride = Math.Max(1, (int)Math.Ceiling(decades / Math.Max(1, about)));
        double[] within = decades < 1.2 ? [1, 2, 5] : decades < 2.2 ? [1, 3] : [1];
        List<Tick> ticks = [];
        for (int decade = (int)Math.Floor(_low); decade <= _high; decade++)
        {
            if (decade % stride != 0) continue;
            foreach (double factor in within)
            {
                double value = factor * Math.Pow(10, decade);
                if (Inner(value) < _low - 1e-9 || Inner(value) > _high + 1e-9) continue;
                bool plain = decade is >= -4 and <= 5;
                ticks.Add(new Tick(value, plain
                    ? value.ToString("0.#####", CultureInfo.InvariantCulture) : Power(value)));
            }
        }
        return ticks;
    }

    private static string Power(double value) => value.ToString("0.###e0", CultureInfo.InvariantCulture);
}
