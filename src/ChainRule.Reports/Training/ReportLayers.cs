using ChainRule.Training;

namespace ChainRule.Reports;

/// <summary>How the layers of a model do: gradients, updates and dead units, epoch by epoch.</summary>
internal static class ReportLayers
{
    private const int Width = 620, MostLines = 10, MostRows = 60;

    /// <summary>Adds the part, where an epoch was watched.</summary>
    public static void Write(ReportPage page, LayerWatch watch)
    {
        List<LayerHealth> epochs = [.. watch.Epochs];
        if (watch.Unfinished is { } part) epochs.Add(part);
        if (epochs.Count == 0 || epochs[^1].Layers.Count == 0) return;
        LayerHealth last = epochs[^1];
        page.Heading("Gradients and units");
        string[] warnings = [.. last.Warnings];
        if (warnings.Length == 0)
        {
            string units = last.Relus.Count > 0 ? ", no unit is dead" : "";
            page.Text($"In epoch {Figures.Count(last.Epoch)} no layer's gradients explode or vanish{units}.");
        }
        foreach (string warning in warnings) page.Warning(warning);
        page.Plots(Plots(epochs));
        WriteTable(page, last);
    }

    private static List<Plot> Plots(IReadOnlyList<LayerHealth> epochs)
    {
        List<Plot> plots =
        [
            Figure("Norm of gradients", "mean of an epoch", epochs, l => l.GradientNorm),
            Figure("Update over weights", "ratio of norms", epochs, l => l.UpdateRatio),
        ];
        ReluUnits[] dying =
            [.. epochs[^1].Relus.Where((_, i) => epochs.Any(e => i < e.Relus.Count && e.Relus[i].Dead > 0))];
        if (dying.Length is 0 or > MostLines) return plots;
        LinePlot dead = new()
        {
            Width = Width,
            Title = "Dead units",
            XLabel = "epoch",
            YLabel = "share of the layer's",
            YRange = (0, 1),
        };
        double[] x = [.. epochs.Select(e => (double)e.Epoch)];
        foreach (ReluUnits units in dying)
        {
            dead.Add(units.Layer, x, [.. epochs.Select(e => e.Relus.Where(r => r.Layer == units.Layer)
                .Select(r => r.DeadShare).DefaultIfEmpty(double.NaN).First())], StyleOf(epochs));
        }
        plots.Add(dead);
        return plots;
    }

    // A line for each layer, or where they are many a row of colours, of powers of ten.
    private static Plot Figure(
        string title, string label, IReadOnlyList<LayerHealth> epochs, Func<LayerGradients, double> figure)
    {
        IReadOnlyList<LayerGradients> layers = epochs[^1].Layers;
        if (layers.Count <= MostLines)
        {
            LinePlot lines = new()
            {
                Width = Width,
                Title = title,
                XLabel = "epoch",
                YLabel = label,
                YScale = AxisScale.Log,
            };
            double[] x = [.. epochs.Select(e => (double)e.Epoch)];
            for (int i = 0; i < layers.Count; i++)
                lines.Add(layers[i].Layer, x, [.. epochs.Select(e => figure(e.Layers[i]))], StyleOf(epochs));
            return lines;
        }
        int stride = (epochs.Count + 14) / 15;
        double[,] powers = new double[layers.Count, epochs.Count];
        for (int i = 0; i < layers.Count; i++)
            for (int e = 0; e < epochs.Count; e++) powers[i, e] = Math.Log10(figure(epochs[e].Layers[i]));
        return new HeatMap(powers)
        {
            Width = Width,
            Height = Math.Clamp(120 + 18 * layers.Count, 200, 1600),
            Title = title + ", power of ten",
            XLabel = "epoch",
            ColumnNames = [.. epochs.Select((e, i) => i % stride == 0 ? Figures.Count(e.Epoch) : "")],
            RowNames = [.. layers.Select(l => l.Layer)],
        };
    }

    private static void WriteTable(ReportPage page, LayerHealth last)
    {
        string[] header =
        [
            "layer", "kind", ">gradient norm", ">largest", ">weight norm", ">update/weights", "gradients",
            ">dead units",
        ];
        page.Table(header, last.Layers.Take(MostRows).Select(l => new ReportRow(
            [
                l.Layer, l.Summary, Figures.Short(l.GradientNorm), Figures.Short(l.LargestGradientNorm),
                Figures.Short(l.WeightNorm), Figures.Short(l.UpdateRatio), TextOf(l.Verdict),
                last.Relus.Where(r => r.Layer == l.Layer)
                    .Select(r => $"{Figures.Count(r.Dead)} of {Figures.Count(r.Units)}").FirstOrDefault(""),
            ],
            l.Verdict is GradientVerdict.Vanishing or GradientVerdict.Exploding ? RowKind.Wrong : RowKind.Plain)));
    }

    private static LineStyle StyleOf(IReadOnlyList<LayerHealth> epochs) =>
        epochs.Count <= 40 ? LineStyle.LineAndPoints : LineStyle.Line;

    private static string TextOf(GradientVerdict verdict) => verdict switch
    {
        GradientVerdict.Vanishing => "vanish",
        GradientVerdict.Exploding => "explode",
        GradientVerdict.None => "none",
        _ => "healthy",
    };
}
