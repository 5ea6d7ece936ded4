using ChainRule.Training;

namespace ChainRule.Reports;

/// <summary>The curves of a training: by epoch what was measured, by step the losses and rates.</summary>
internal static class ReportCurves
{
    private const int Width = 620, FewEpochs = 40;                     // two plots side by side
    private const double Steep = 30;

    /// <summary>Losses by epoch, of training and validation.</summary>
    /// <param name="epochs">Results of the epochs, in order.</param>
    /// <param name="best">The epoch to be marked; null for none.</param>
    public static LinePlot Loss(IReadOnlyList<EpochResult> epochs, int? best)
    {
        double[] all = [.. epochs.SelectMany(e => (double[])[e.Training.Loss, e.Validation?.Loss ?? double.NaN])
            .Where(double.IsFinite)];
        return Curve("Loss", "loss", ScaleOf(all), epochs, r => r.Loss, best);
    }

    /// <summary>All of them.</summary>
    public static List<Plot> All(
        IReadOnlyList<EpochResult> epochs, StepCurve losses, StepCurve rates, int? best)
    {
        List<Plot> plots = [];
        if (epochs.Count > 0)
        {
            plots.Add(Loss(epochs, best));
            foreach (MetricValue metric in epochs[0].Training.Metrics)
            {
                string title = char.ToUpperInvariant(metric.Name[0]) + metric.Name[1..];
                plots.Add(Curve(title, metric.Name, AxisScale.Linear, epochs, r => r[metric.Name], best));
            }
        }
        if (losses.Means.Count > 0)
        {
            LinePlot loss = new()
            {
                Width = Width,
                Title = "Loss by step",
                XLabel = "epoch",
                YLabel = "loss",
                YScale = ScaleOf(losses.Means),
            };
            plots.Add(loss.Add("steps", losses.Places, losses.Means)
                .Add("running mean", losses.Places, losses.Smooth()));
            LinePlot rate = new()
            {
                Width = Width,
                Title = "Learning rate",
                XLabel = "epoch",
                YLabel = "rate",
                YRange = (0, rates.Means.Max() * 1.05),
            };
            plots.Add(rate.Add("", rates.Places, rates.Means));
        }
        return plots;
    }

    // A loss that fell far has all that is of interest at the foot of a linear axis.
    private static AxisScale ScaleOf(IReadOnlyList<double> values) =>
        values.Count > 0 && values.Min() > 0 && values.Max() / values.Min() > Steep ? AxisScale.Log : AxisScale.Linear;

    private static LinePlot Curve(
        string title, string label, AxisScale scale, IReadOnlyList<EpochResult> epochs,
        Func<EvaluationResult, double> figure, int? best)
    {
        double[] x = [.. epochs.Select(e => (double)e.Epoch)];
        LineStyle style = epochs.Count <= FewEpochs ? LineStyle.LineAndPoints : LineStyle.Line;
        LinePlot plot = new() { Width = Width, Title = title, XLabel = "epoch", YLabel = label, YScale = scale };
        plot.Add("training", x, [.. epochs.Select(e => figure(e.Training))], style);
        if (epochs.Any(e => e.Validation is not null))
            plot.Add("validation", x, [.. epochs.Select(e => e.Validation is { } v ? figure(v) : double.NaN)], style);
        return best is { } mark && epochs.Count > 1 ? plot.Mark(mark, "best") : plot;
    }
}
