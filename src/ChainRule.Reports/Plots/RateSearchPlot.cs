using System.Globalization;
using ChainRule.Training;

namespace ChainRule.Reports;

/// <summary>Draws what a search for a learning rate tried.</summary>
public static class RateSearchPlot
{
    /// <summary>
    /// The loss of every rate over a logarithmic axis, with a mark at the rate to take and one where training first
    /// diverged.
    /// </summary>
    /// <param name="search">
    /// What <see cref="LearningRateSearch.RangeTest"/> or <see cref="LearningRateSearch.Bisect"/> found.
    /// </param>
    /// <param name="title">Stands above; null for none.</param>
    public static LinePlot Plot(this RateSearch search, string? title = null)
    {
        ArgumentNullException.ThrowIfNull(search);
        LinePlot plot = new()
        {
            Title = title,
            XLabel = "learning rate",
            YLabel = "loss",
            XScale = AxisScale.Log,
        };
        double[] rates = [.. search.Tried.Select(t => t.Rate)], losses = [.. search.Tried.Select(t => t.Loss)];
        // A few trials are told apart by dots; the steps of a range test are a curve.
        plot.Add("", rates, losses, rates.Length <= 30 ? LineStyle.LineAndPoints : LineStyle.Line);
        plot.Mark(search.Best, search.Best.ToString("G2", CultureInfo.InvariantCulture));
        foreach (RateLoss diverged in search.Tried.Where(t => !double.IsFinite(t.Loss)).Take(1))
            plot.Mark(diverged.Rate, "diverged");
        return plot;
    }
}
