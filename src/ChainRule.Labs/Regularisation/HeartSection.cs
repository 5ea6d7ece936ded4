using System.Globalization;

namespace ChainRule.Labs;

/// <summary>How learning by heart looks, epoch by epoch, and what penalties make of the weights.</summary>
internal static class HeartSection
{
    public static void Write(LabPage page, Comparison comparison)
    {
        page.Heading("Learning by heart");
        var (epoch, best, end) = comparison.Peak();
        double known = comparison.Known(Remedy.Nothing);
        page.Figure("peak/epoch", epoch);
        page.Figure("peak/right", 100 * best);
        page.Figure("peak/end", 100 * end);
        page.Claim("The bare network learns its pictures by heart, wrong labels with right ones", known >= 0.99,
            FormattableString.Invariant($"it gives back {100 * known:0.0}% of the labels it was given"));
        page.Claim("It loses right answers on others by it", best > end, FormattableString.Invariant(
            $"in validation {100 * best:0.00}% after epoch {epoch} and {100 * end:0.00}% at last, mean of the draws"));
        page.Picture("curves", Curves(comparison), "Right answers and loss on the pictures that are learnt from "
            + "(dropout and changes included) and on those of validation, first draw. Both bear wrong labels, which "
            + "count: in validation nobody can guess them.");
        Weights(page, comparison);
    }

    private static PlotGrid Curves(Comparison comparison)
    {
        LinePlot Plot(string title, string label, AxisScale scale, Func<EpochResult, double> value)
        {
            LinePlot plot = new()
            {
                Title = title,
                XLabel = "epoch",
                YLabel = label,
                YScale = scale,
                Width = 480,
                Height = 340,
            };
            foreach (string name in Comparison.Watched)
                plot.Add(name, [.. comparison.Results[name][0].History.Epochs.Select(value)]);
            return plot;
        }
        LinePlot right = Plot("Validation", "right, %", AxisScale.Linear, e => 100 * e.Validation!["accuracy"]);
        if (comparison.Results[Remedy.EarlyStopping][0].History.BestEpoch is { } best)
            right.Mark(best, "early stopping keeps this");
        return new PlotGrid(2,
            Plot("Training", "right, %", AxisScale.Linear, e => 100 * e.Training["accuracy"]), right,
            Plot("Training", "loss", AxisScale.Log, e => e.Training.Loss),
            Plot("Validation", "loss", AxisScale.Log, e => e.Validation!.Loss));
    }

    // L1 makes many weights nearly nothing, L2 all of them small.
    private static void Weights(LabPage page, Comparison comparison)
    {
        const double little = 0.01;
        page.Heading("What penalties make of weights");
        LabTable table = new("remedy", ">root mean square", ">below a hundredth of it");
        List<Plot> plots = [];
        foreach (string name in (string[])[Remedy.Nothing, Remedy.L2, Remedy.L1])
        {
            Sequential model = comparison.Results[name][0].Model;
            float[] weights = model.OfType<Linear>().First().Weight.Value.ToArray<float>();
            double size = page.Figure($"weights/{name}", Math.Sqrt(weights.Average(w => (double)w * w)));
            double share = weights.Count(w => Math.Abs(w) < little * size) / (double)weights.Length;
            page.Figure($"little/{name}", share);
            table.Add(name, size.ToString("0.0000", CultureInfo.InvariantCulture),
                (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + "%");
            plots.Add(new Histogram(Array.ConvertAll(weights, w => (double)w), bins: 60)
            {
                Title = name,
                Width = 300,
                Height = 240,
            });
        }
        page.Table(table);
        page.Picture("weights", new PlotGrid(plots.Count, [.. plots]),
            "Weights of the first layer after training, first draw.");
        double bare = page[$"little/{Remedy.Nothing}"], sparse = page[$"little/{Remedy.L1}"];
        page.Claim("L1 brings a part of the weights to nearly nothing that neither the bare network nor L2 has",
            sparse > 3 * bare && sparse > page[$"little/{Remedy.L2}"],
            FormattableString.Invariant($"{100 * sparse:0.0}% below a hundredth of their root mean square, ")
            + FormattableString.Invariant($"bare {100 * bare:0.0}%, L2 {100 * page[$"little/{Remedy.L2}"]:0.0}%"));
    }
}
