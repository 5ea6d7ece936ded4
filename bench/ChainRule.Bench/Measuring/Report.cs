using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChainRule.Bench;

/// <summary>A column of a table; a negative width aligns to the left.</summary>
internal readonly record struct Column(string Head, int Width);

/// <summary>What a suite prints: a table while it measures, then one JSON line a row.</summary>
internal sealed class Report(string suite, SuiteOptions options, params Column[] columns)
{
    private static readonly JsonSerializerOptions Plain =
        new(JsonSerializerOptions.Default) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<string> _lines = [];

    /// <summary>A number for the table; a dash where there is none.</summary>
    public static string Text(double value, int digits) =>
        double.IsFinite(value) ? value.ToString("F" + digits, CultureInfo.InvariantCulture) : "-";

    public void Head() => Row([.. columns.Select(c => c.Head)]);

    public void Row(params string[] cells)
    {
        IEnumerable<string> padded = cells.Zip(
            columns, (text, c) => c.Width < 0 ? text.PadRight(-c.Width) : " " + text.PadLeft(c.Width - 1));
        Console.WriteLine(string.Concat(padded).TrimEnd());
    }

    /// <summary>Keeps a JSON line. Numbers that are NaN, for a peer that is not there, are left out.</summary>
    public void Json(string name, int threads, params (string Key, object? Value)[] fields)
    {
        JsonObject line = new()
        {
            ["suite"] = suite,
            ["case"] = name,
            ["threads"] = threads,
            ["simd_bits"] = Compute.SimdBits,
            ["rounds"] = options.Rounds,
        };
        foreach ((string key, object? value) in fields)
        {
            if (value is double number)
            {
                if (double.IsFinite(number)) line[key] = Math.Round(number, 4);
            }
            else if (value is not null)
            {
                line[key] = JsonValue.Create(value);
            }
        }
        _lines.Add(line.ToJsonString(Plain));
    }

    /// <summary>
    /// Prints how far apart threads are by now and the JSON lines, and writes these to the file asked for.
    /// </summary>
    public void Finish()
    {
        Console.WriteLine();
        Handover.Print(this, "end");
        foreach (string line in _lines) Console.WriteLine(line);
        if (options.Out is not null) File.WriteAllLines(options.Out, _lines);
    }
}

/// <summary>Ratios of one peer, for the summary: above 1 ChainRule is faster.</summary>
internal sealed class Ratios(string peer)
{
    private readonly List<(string Name, double Ratio)> _all = [];

    public void Add(string name, double ratio)
    {
        if (double.IsFinite(ratio)) _all.Add((name, ratio));
    }

    /// <summary>Prints the geometric mean and the worst case, if there is any.</summary>
    public void Summarise(Report report, int threads)
    {
        if (_all.Count == 0) return;
        double mean = Math.Exp(_all.Average(r => Math.Log(r.Ratio)));
        (string name, double worst) = _all.MinBy(r => r.Ratio);
        Console.WriteLine(
            $"{threads} thread(s), {peer} / ChainRule over {_all.Count} cases: geometric mean {Report.Text(mean, 2)}, "
            + $"worst {Report.Text(worst, 2)} ({name})");
        report.Json(
            "summary", threads, ("peer", peer), ("cases", _all.Count), ("geometric_mean", mean), ("worst", worst),
            ("worst_case", name));
    }
}
