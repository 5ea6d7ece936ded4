using System.Globalization;

namespace ChainRule.Labs;

/// <summary>What training makes of each start: curves of the loss, and the share of right answers.</summary>
internal sealed class LearningSection(LabOptions options, InitialisationSize size, LabPictures pictures)
{
    private const int Smoothing = 20;

    private static readonly double[] Rates = [0.01, 0.03, 0.1, 0.3];

    // Several trainings with one rate; no curve where one of them came to a loss that is no number.
    private sealed record Learned(double Rate, double[]? Curve, double Accuracy)
    {
        public double End => Curve is null ? double.PositiveInfinity : Curve[^1];
    }

    public void Write(LabPage page)
    {
        page.Heading("Training");
        page.Text($"{size.Steps} steps of plain gradient descent with batches of {InitialisationSize.BatchSize}. Each "
            + $"start gets the rate, of {string.Join(", ", Rates.Select(Text))}, with which its own training loss ends "
            + $"lowest; what is shown is the mean over {size.Trainings} draws of weights and batches.");
        LabTable table = new("weights", ">Tanh, rate", ">right", ">Relu, rate", ">right", ">Sigmoid, rate", ">right");
        Dictionary<StartRule, List<string>> rows =
            StartRule.All.ToDictionary(r => r, r => new List<string> { r.Name });
        List<Plot> plots = [];
        foreach (Activation activation in InitialisationSize.Activations)
        {
            LinePlot plot = new()
            {
                Title = activation.ToString(),
                XLabel = "step",
                YLabel = "training loss",
                Width = 340,
                Height = 360,
                YRange = (0, 3),
            };
            foreach (StartRule rule in StartRule.All)
            {
                options.Progress?.Report($"training {activation}, {rule.Name}");
                Learned best = Rates.Select(rate => Train(rule, activation, rate)).MinBy(l => l.End)!;
                page.Figure($"accuracy/{activation}/{rule.Name}", best.Accuracy);
                double[] curve = best.Curve ?? [];
                plot.Add(rule.Name, [.. Enumerable.Range(1, curve.Length).Select(i => (double)i * Smoothing)], curve);
                rows[rule].AddRange(
                    best.Curve is null ? ["none", "diverges"] : [Text(best.Rate), Percent(best.Accuracy)]);
            }
            plots.Add(plot);
        }
        foreach (List<string> row in rows.Values) table.Add(row);
        page.Picture("training", new PlotGrid(plots.Count, [.. plots]),
            $"Training loss, mean of {Smoothing} steps each. A flat line at 2.3 has learnt nothing: that is ln 10, a "
            + "guess among ten.");
        page.Table(table);
        Claims(page);
    }

    private static void Claims(LabPage page)
    {
        double small = page[$"accuracy/Relu/{StartRule.SmallGaussian}"], he = page[$"accuracy/Relu/{StartRule.He}"],
            sigmoid = StartRule.All.Max(r => page[$"accuracy/Sigmoid/{r.Name}"]);
        page.Claim("With ReLU, He learns and the small Gaussian stays with a guess", he > 0.7 && small < 0.2,
            $"{Percent(he)} and {Percent(small)} of the test pictures right");
        page.Claim("Through so many layers of sigmoid nothing is learnt from any of these starts", sigmoid < 0.2,
            $"{Percent(sigmoid)} at most");
    }

    private Learned Train(StartRule rule, Activation activation, double rate)
    {
        double[] mean = new double[size.Steps / Smoothing];
        double accuracy = 0;
        for (int draw = 0; draw < size.Trainings; draw++)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            DeepNetwork network = new(rule, activation, size.Depth, size.Width,
                new Rng(options.Seed, InitialisationSize.WeightStream + (ulong)draw));
            DataLoader batches = new(pictures.Train, InitialisationSize.BatchSize, shuffle: true,
                new Rng(options.Seed, InitialisationSize.OrderStream + (ulong)draw), dropLast: true, pictures.Rows);
            IReadOnlyList<double> losses = network.Train(batches, rate, size.Steps);
            if (losses.Count < size.Steps) return new Learned(rate, null, 0);
            for (int i = 0; i < mean.Length; i++)
                mean[i] += losses.Skip(i * Smoothing).Take(Smoothing).Average() / size.Trainings;
            accuracy += RightAnswers.Share(network.Model, pictures) / size.Trainings;
        }
        return new Learned(rate, mean, accuracy);
    }

    private static string Text(double rate) => rate.ToString(CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + "%";
}
