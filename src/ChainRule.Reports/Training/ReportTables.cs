using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using ChainRule.Nn;
using ChainRule.Training;

namespace ChainRule.Reports;

/// <summary>The tables of a training: its epochs, its model, what it ran on.</summary>
internal static class ReportTables
{
    private const int MostEpochs = 20;

    /// <summary>A row for each epoch; of a long training for some, the first, best and last among them.</summary>
    public static void Epochs(ReportPage page, IReadOnlyList<EpochResult> epochs, int? best)
    {
        if (epochs.Count == 0) return;
        page.Heading("Epochs");
        string[] metrics = [.. epochs[0].Training.Metrics.Select(m => m.Name)];
        bool validated = epochs.Any(e => e.Validation is not null);
        List<string> header = [">epoch", ">loss", .. metrics.Select(m => ">" + m)];
        if (validated) header.AddRange([">validation loss", .. metrics.Select(m => $">validation {m}")]);
        header.AddRange([">rate", ">samples/s", ">seconds"]);
        int stride = (epochs.Count + MostEpochs - 1) / MostEpochs;
        page.Table(header, epochs
            .Where(e => e.Epoch % stride == 0 || e.Epoch == 1 || e.Epoch == best || e.Epoch == epochs[^1].Epoch)
            .Select(e =>
            {
                List<string> cells = [Figures.Count(e.Epoch), .. Measured(e.Training)];
                if (validated) cells.AddRange(e.Validation is { } v ? Measured(v) : new string[1 + metrics.Length]);
                cells.AddRange([
                    Figures.Short(e.LearningRate), Figures.Count((long)e.SamplesPerSecond),
                    e.Time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture),
                ]);
                return new ReportRow(cells, e.Epoch == best ? RowKind.Best : RowKind.Plain);
            }));

        static IEnumerable<string> Measured(EvaluationResult r) =>
            [Figures.Number(r.Loss), .. r.Metrics.Select(m => Figures.Number(m.Value))];
    }

    /// <summary>Layers, shapes, parameters, work and memory.</summary>
    public static void Model(ReportPage page, ModelSummary summary)
    {
        page.Heading("Model");
        page.Text($"{Figures.Large(2.0 * summary.MultiplyAdds)} floating-point operations a sample forward, two for "
            + $"each multiply-add; {Figures.Bytes(summary.WeightBytes)} of weights, "
            + $"{Figures.Bytes(summary.ActivationBytes)} of results a sample.");
        page.Table(["layer", "kind", "output of one sample", ">parameters", ">multiply-adds"], summary.Rows
            .Select(r => new ReportRow([
                new string(' ', 3 * r.Depth) + r.Name, r.Summary, r.Output?.ToString() ?? "", Some(r.Parameters),
                Some(r.MultiplyAdds),
            ])).Append(new ReportRow(
                ["total", "", "", Figures.Count(summary.Parameters), Figures.Count(summary.MultiplyAdds)],
                RowKind.Best)));

        static string Some(long n) => n == 0 ? "" : Figures.Count(n);
    }

    /// <summary>The parameters, where no input is known to run the model with.</summary>
    public static void Parameters(ReportPage page, Layer model)
    {
        page.Heading("Model");
        page.Table(["parameter", "shape", ">numbers"], model.NamedParameters().Select(p => new ReportRow(
            [p.Key, p.Parameter.Shape.ToString(), Figures.Count(p.Parameter.Value.Count)])));
    }

    /// <summary>Settings, and what the training ran on.</summary>
    public static void Environment(ReportPage page, IReadOnlyList<(string Name, string Value)> settings)
    {
        page.Heading("Settings and environment");
        using Process process = Process.GetCurrentProcess();
        (string, string)[] facts =
        [
            ("ChainRule", typeof(Tensor).Assembly
                .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]),
            (".NET", $"{System.Environment.Version} ({RuntimeInformation.RuntimeIdentifier})"),
            ("system", RuntimeInformation.OSDescription),
            ("processor", $"{ProcessorName.Find()}, "
                + $"{Figures.Count(System.Environment.ProcessorCount)} of them for this process"),
            ("vectors", $"{Figures.Count(Compute.SimdBits)} bits"),
            ("threads", Figures.Count(Compute.Threads)),
            ("memory", $"{Figures.Bytes(process.PeakWorkingSet64)} at most"),
            ("written", DateTimeOffset.Now.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)),
        ];
        page.Table(["", ""], settings.Concat(facts).Select(f => new ReportRow([f.Item1, f.Item2])));
    }
}
