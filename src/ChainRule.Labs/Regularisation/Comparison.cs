using System.Globalization;

namespace ChainRule.Labs;

/// <summary>A remedy, and how its strength was chosen.</summary>
/// <param name="Remedy">The remedy.</param>
/// <param name="Right">Share of right answers in validation with each choice; empty where there was one only.</param>
/// <param name="Chosen">The strength.</param>
internal sealed record RemedyFigures(Remedy Remedy, IReadOnlyList<double> Right, double Chosen);

/// <summary>Remedies beside the bare network, all of them trained with right labels or with some wrong ones.</summary>
internal sealed class Comparison
{
    // Those whose epochs are all validated, for the curves.
    public static readonly IReadOnlyList<string> Watched =
        [Remedy.Nothing, Remedy.L2, Remedy.Dropout, Remedy.Affine];

    private readonly bool _rightLabels;

    private Comparison(
        bool rightLabels, IReadOnlyList<RemedyFigures> remedies, IReadOnlyDictionary<string, TrialResult[]> results) =>
        (_rightLabels, Remedies, Results) = (rightLabels, remedies, results);

    /// <summary>What was compared, the bare network first.</summary>
    public IReadOnlyList<RemedyFigures> Remedies { get; }

    /// <summary>What came of each remedy, by its name, draw by draw.</summary>
    public IReadOnlyDictionary<string, TrialResult[]> Results { get; }

    /// <summary>Chooses strengths on some draws by validation, then trains on others and looks at the test.</summary>
    /// <param name="options">Seed, progress, cancellation.</param>
    /// <param name="size">How large and how often.</param>
    /// <param name="pictures">Of which the draws are taken.</param>
    /// <param name="remedies">What to compare, the bare network first.</param>
    /// <param name="wrong">Share of wrong labels.</param>
    public static Comparison Run(LabOptions options, RegularisationSize size, LabPictures pictures,
        IReadOnlyList<Remedy> remedies, double wrong)
    {
        string labels = wrong == 0 ? " with right labels" : "";
        Trial Draw(int draw) => new(pictures, size, options.Seed, draw, wrong);
        // The test does not use the draws that strengths are chosen on.
        Trial[] choosing = [.. Enumerable.Range(size.Draws, size.Choosing).Select(Draw)];
        Trial[] testing = [.. Enumerable.Range(0, size.Draws).Select(Draw)];
        List<RemedyFigures> chosen = [];
        Dictionary<string, TrialResult[]> results = [];
        foreach (Remedy remedy in remedies)
        {
            List<double> right = [];
            foreach (double choice in remedy.Choices)
            {
                if (remedy.Choices.Count == 1) break;
                options.Progress?.Report(
                    FormattableString.Invariant($"choosing {remedy.Name}: {remedy.Strength} {choice}{labels}"));
                right.Add(choosing.Average(trial =>
                {
                    options.Cancellation.ThrowIfCancellationRequested();
                    return trial.Run(remedy.Of(choice), onTest: false).Accuracy;
                }));
            }
            double best = remedy.Choices[right.Count == 0 ? 0 : right.IndexOf(right.Max())];
            chosen.Add(new RemedyFigures(remedy, right, best));

            options.Progress?.Report($"testing {remedy.Name}{labels}");
            results[remedy.Name] = [.. testing.Select(trial =>
            {
                options.Cancellation.ThrowIfCancellationRequested();
                return trial.Run(remedy.Of(best), onTest: true, Watched.Contains(remedy.Name));
            })];
        }
        return new Comparison(wrong == 0, chosen, results);
    }

    /// <summary>The epoch after which the bare network has most right answers in validation, mean of the draws.
    /// </summary>
    /// <returns>The epoch, its share of right answers, and the share after the last epoch.</returns>
    public (int Epoch, double Best, double End) Peak()
    {
        TrialResult[] bare = Results[Remedy.Nothing];
        double[] mean = [.. Enumerable.Range(0, bare[0].History.Epochs.Count)
            .Select(i => bare.Average(r => r.History.Epochs[i].Validation!["accuracy"]))];
        int best = Array.IndexOf(mean, mean.Max());
        return (best + 1, mean[best], mean[^1]);
    }

    /// <summary>Share of its own labels that a network gives back in the end, mean of the draws.</summary>
    /// <param name="remedy">Name of the remedy.</param>
    public double Known(string remedy) => Results[remedy].Average(r => r.Own["accuracy"]);

    /// <summary>Every remedy on the test pictures, and what was expected of the main ones: a better mean, and better in
    /// most draws.</summary>
    /// <param name="page">Takes the table, plots and claims.</param>
    public void Write(LabPage page)
    {
        string prefix = _rightLabels ? "right labels/" : "";
        TrialResult[] bare = Results[Remedy.Nothing];
        LabTable table = new("remedy", ">strength", ">own labels known", ">loss", ">right", ">draws with less loss",
            ">draws with more right");
        BarPlot losses = new() { Title = "Loss on the test pictures", Format = "0.000", Width = 640 };
        BarPlot wrong = new() { Title = "Wrong answers on the test pictures, %", Format = "0.00", Width = 640 };
        foreach (RemedyFigures f in Remedies)
        {
            string name = f.Remedy.Name;
            TrialResult[] results = Results[name];
            var loss = Spread.Of(results.Select(r => r.Loss));
            var right = Spread.Of(results.Select(r => 100 * r.Accuracy));
            page.Figure($"{prefix}loss/{name}", loss.Mean);
            page.Figure($"{prefix}right/{name}", right.Mean);
            double known = page.Figure($"{prefix}known/{name}", 100 * Known(name));
            int less = results.Zip(bare).Count(p => p.First.Loss < p.Second.Loss),
                more = results.Zip(bare).Count(p => p.First.Accuracy > p.Second.Accuracy);
            page.Figure($"{prefix}less loss/{name}", less);
            page.Figure($"{prefix}more right/{name}", more);
            bool first = name == Remedy.Nothing;
            table.Add(name, f.Right.Count == 0 ? "" : f.Chosen.ToString(CultureInfo.InvariantCulture),
                known.ToString("0.0", CultureInfo.InvariantCulture) + "%",
                loss.Text("0.000"), right.Text("0.00") + "%",
                first ? "" : $"{less} of {bare.Length}", first ? "" : $"{more} of {bare.Length}");
            losses.Add(name, loss.Mean, loss.Deviation);
            wrong.Add(name, 100 - right.Mean, right.Deviation);
        }
        page.Table(table);
        if (!_rightLabels)
        {
            page.Picture("wrong", wrong, "Mean share of wrong answers over the draws, and its standard deviation.");
            page.Picture("losses", losses, "Mean loss over the draws, and its standard deviation.");
        }
        Claims(page, prefix, bare.Length);
    }

    private void Claims(LabPage page, string prefix, int draws)
    {
        foreach (string name in (string[])[Remedy.Dropout, Remedy.EarlyStopping, Remedy.L2, Remedy.Affine])
        {
            string with = _rightLabels ? $"With right labels and {name}" : $"With {name}";
            double loss = page[$"{prefix}loss/{name}"], bareLoss = page[$"{prefix}loss/{Remedy.Nothing}"],
                right = page[$"{prefix}right/{name}"], bareRight = page[$"{prefix}right/{Remedy.Nothing}"],
                less = page[$"{prefix}less loss/{name}"], more = page[$"{prefix}more right/{name}"];
            page.Claim($"{with} the network gives more right answers on the test pictures than the bare one",
                right > bareRight && 2 * more > draws,
                FormattableString.Invariant($"{right:0.00}% against {bareRight:0.00}%, in {more} of {draws} draws"));
            page.Claim($"{with} the network has less loss on the test pictures than the bare one",
                loss < bareLoss && 2 * less > draws,
                FormattableString.Invariant($"{loss:0.000} against {bareLoss:0.000}, in {less} of {draws} draws"));
        }
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
