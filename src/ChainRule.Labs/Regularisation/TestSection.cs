using System.Globalization;

namespace ChainRule.Labs;

/// <summary>Every remedy on the test pictures, beside the bare network.</summary>
internal sealed class TestSection(LabOptions options, RegularisationSize size, LabPictures pictures)
{
    private static readonly string[] Watched = [Remedy.Nothing, Remedy.L2, Remedy.Dropout, Remedy.Affine];

    public void Write(LabPage page, IReadOnlyList<RemedyFigures> remedies)
    {
        Trial[] trials = [.. Enumerable.Range(0, size.Draws)
            .Select(draw => new Trial(pictures, size, options.Seed, draw))];
        Dictionary<string, TrialResult[]> all = [];
        foreach (RemedyFigures remedy in remedies)
        {
            options.Progress?.Report($"testing {remedy.Remedy.Name}");
            bool watch = Watched.Contains(remedy.Remedy.Name);
            all[remedy.Remedy.Name] = [.. trials.Select(trial =>
            {
                options.Cancellation.ThrowIfCancellationRequested();
                return trial.Run(remedy.Remedy.Of(remedy.Chosen), onTest: true, watch);
            })];
        }
        page.Heading("On the test pictures");
        Comparison(page, remedies, all);
        page.Heading("Learning by heart");
        page.Text("The bare network soon makes no mistake on its own pictures and goes on to grow surer of itself, "
            + "also where it is wrong: the loss on others rises again, while hardly an answer changes. Early stopping "
            + "ends before; the other remedies lower the curve.");
        page.Picture("curves", Curves(all), "Loss on the pictures that are learnt from (dropout and changes included) "
            + "and on those of validation, first draw.");
        Weights(page, all);
    }

    private static void Comparison(
        LabPage page, IReadOnlyList<RemedyFigures> remedies, Dictionary<string, TrialResult[]> all)
    {
        TrialResult[] bare = all[Remedy.Nothing];
        LabTable table = new(
            "remedy", ">strength", ">loss", ">right", ">draws with less loss", ">draws with more right");
        BarPlot losses = new() { Title = "Loss on the test pictures", Format = "0.000", Width = 640 };
        BarPlot wrong = new() { Title = "Wrong answers on the test pictures, %", Format = "0.00", Width = 640 };
        foreach (RemedyFigures f in remedies)
        {
            string name = f.Remedy.Name;
            TrialResult[] results = all[name];
            var loss = Spread.Of(results.Select(r => r.Loss));
            var right = Spread.Of(results.Select(r => 100 * r.Accuracy));
            page.Figure($"loss/{name}", loss.Mean);
            page.Figure($"right/{name}", right.Mean);
            int less = results.Zip(bare).Count(p => p.First.Loss < p.Second.Loss),
                more = results.Zip(bare).Count(p => p.First.Accuracy > p.Second.Accuracy);
            page.Figure($"less loss/{name}", less);
            page.Figure($"more right/{name}", more);
            bool first = name == Remedy.Nothing;
            table.Add(name, f.Right.Count == 0 ? "" : f.Chosen.ToString(CultureInfo.InvariantCulture),
                loss.Text("0.000"), right.Text("0.00") + "%",
                first ? "" : $"{less} of {bare.Length}", first ? "" : $"{more} of {bare.Length}");
            losses.Add(name, loss.Mean, loss.Deviation);
            wrong.Add(name, 100 - right.Mean, right.Deviation);
        }
        page.Table(table);
        page.Picture("losses", losses, "Mean loss over the draws, and its standard deviation.");
        page.Picture("wrong", wrong, "Mean share of wrong answers over the draws, and its standard deviation.");
        foreach (string name in (string[])[Remedy.Dropout, Remedy.EarlyStopping, Remedy.L2, Remedy.Affine])
        {
            double loss = page[$"loss/{name}"], bareLoss = page[$"loss/{Remedy.Nothing}"],
                right = page[$"right/{name}"], bareRight = page[$"right/{Remedy.Nothing}"];
            page.Claim($"With {name} the network has less loss on the test pictures than the bare one", loss < bareLoss,
                FormattableString.Invariant($"{loss:0.000} against {bareLoss:0.000}, ")
                + $"in {page[$"less loss/{name}"]} of {bare.Length} draws");
            page.Claim($"With {name} it gives more right answers on the test pictures than the bare one",
                right > bareRight, FormattableString.Invariant($"{right:0.00}% against {bareRight:0.00}%, ")
                + $"in {page[$"more right/{name}"]} of {bare.Length} draws");
        }
    }

    private static PlotGrid Curves(Dictionary<string, TrialResult[]> all)
    {
        LinePlot Plot(string title, Func<EpochResult, double> loss)
        {
            LinePlot plot = new()
            {
                Title = title,
                XLabel = "epoch",
                YLabel = "loss",
                YScale = AxisScale.Log,
                Width = 480,
                Height = 380,
            };
            foreach (string name in Watched)
                plot.Add(name, [.. all[name][0].History.Epochs.Select(loss)]);
            return plot;
        }
        LinePlot validation = Plot("Validation", e => e.Validation!.Loss);
        if (all[Remedy.EarlyStopping][0].History.BestEpoch is { } best)
            validation.Mark(best, "early stopping keeps this");
        return new PlotGrid(2, Plot("Training", e => e.Training.Loss), validation);
    }

    // L1 makes many weights nearly nothing, L2 all of them small.
    private static void Weights(LabPage page, Dictionary<string, TrialResult[]> all)
    {
        const float little = 1e-3f;
        page.Heading("What penalties make of weights");
        LabTable table = new("remedy", ">root mean square", ">below 0.001");
        List<Plot> plots = [];
        foreach (string name in (string[])[Remedy.Nothing, Remedy.L2, Remedy.L1])
        {
            float[] weights = all[name][0].Model.OfType<Linear>().First().Weight.Value.ToArray<float>();
            double size = page.Figure($"weights/{name}", Math.Sqrt(weights.Average(w => (double)w * w)));
            double share = weights.Count(w => Math.Abs(w) < little) / (double)weights.Length;
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
            FormattableString.Invariant($"{100 * sparse:0.0}% below 0.001, bare {100 * bare:0.0}%"));
    }
}

/// <summary>Mean and standard deviation of some numbers.</summary>
internal readonly record struct Spread(double Mean, double Deviation)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Average();
        return new Spread(mean, all.Length < 2 ? 0
            : Math.Sqrt(all.Sum(v => (v - mean) * (v - mean)) / (all.Length - 1)));
    }

    public string Text(string format) =>
        $"{Mean.ToString(format, CultureInfo.InvariantCulture)} ± "
        + Deviation.ToString(format, CultureInfo.InvariantCulture);
}
