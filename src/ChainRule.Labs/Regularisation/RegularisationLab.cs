using System.Globalization;

namespace ChainRule.Labs;

/// <summary>
/// A network with far more weights than it has samples, bare and with each remedy against learning by heart: penalties,
/// dropout, early stopping, max-norm, batch normalisation, label smoothing, averaged weights and changed pictures.
/// </summary>
/// <remarks>
/// Source: Prechelt, "Early stopping - but when?" (1998); Srivastava et al., "Dropout: a simple way to prevent neural
/// networks from overfitting" (2014); Goodfellow, Bengio and Courville, "Deep learning" (2016), chapter 7.
/// </remarks>
public sealed class RegularisationLab : Lab
{
    /// <inheritdoc/>
    public override string Name => "regularisation";

    /// <inheritdoc/>
    public override string Title => "Regularisation";

    /// <inheritdoc/>
    public override string Question =>
        "What helps a network that could learn its few samples by heart to do well on others?";

    /// <inheritdoc/>
    protected override void Measure(LabOptions options, LabPage page)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(page);
        RegularisationSize size = options.Quick ? RegularisationSize.Quick : RegularisationSize.Whole;
        LabPictures pictures = LabPictures.Load(options);
        page.Text(FormattableString.Invariant(
            $"784-{size.Width}-{size.Width}-10 with ReLU learns from {size.Samples:N0} pictures for {size.Epochs} ")
            + $"epochs of Adam in batches of {Trial.BatchSize}, its rate falling to 0 along a half cosine. "
            + pictures.Note);
        page.Text(FormattableString.Invariant(
            $"Each remedy gets the strength with the most right answers on {size.Validation:N0} other pictures of the ")
            + $"training part, mean of {size.Choosing} draws of pictures and weights; early stopping looks at such "
            + "pictures too. "
            + $"Then it is trained on {size.Draws} new draws, the same for every remedy, and only these see the test "
            + "pictures: mean and standard deviation over the draws. Affine changes shift, turn, scale and shear; "
            + "everything is a little of dropout, L2, affine and elastic changes at once.");

        RemedyFigures[] figures = [.. Choose(options, size, pictures)];
        TestSection test = new(options, size, pictures);
        test.Write(page, figures);
        ChoiceTable(page, figures);
        ChangedPictures(options, pictures, page, figures);
    }

    private static IEnumerable<RemedyFigures> Choose(
        LabOptions options, RegularisationSize size, LabPictures pictures)
    {
        // Draws that the comparison does not use.
        Trial[] trials = [.. Enumerable.Range(size.Draws, size.Choosing)
            .Select(draw => new Trial(pictures, size, options.Seed, draw))];
        foreach (Remedy remedy in Remedy.All)
        {
            List<double> right = [];
            foreach (double choice in remedy.Choices)
            {
                if (remedy.Choices.Count == 1) break;
                options.Progress?.Report(
                    FormattableString.Invariant($"choosing {remedy.Name}: {remedy.Strength} {choice}"));
                right.Add(trials.Average(trial =>
                {
                    options.Cancellation.ThrowIfCancellationRequested();
                    return trial.Run(remedy.Of(choice), onTest: false).Accuracy;
                }));
            }
            int best = right.Count == 0 ? 0 : right.IndexOf(right.Max());
            yield return new RemedyFigures(remedy, right, remedy.Choices[best]);
        }
    }

    private static void ChoiceTable(LabPage page, RemedyFigures[] figures)
    {
        page.Heading("How strengths were chosen");
        page.Text("Share of right answers on the validation pictures for every strength that was tried.");
        LabTable table = new("remedy", "strength", "tried", "right, %");
        foreach (RemedyFigures f in figures.Where(f => f.Right.Count > 0))
        {
            table.Add(f.Remedy.Name, f.Remedy.Strength,
                string.Join(" / ", f.Remedy.Choices.Select(c => c.ToString(CultureInfo.InvariantCulture))),
                string.Join(" / ", f.Right.Select(r => (100 * r).ToString("0.00", CultureInfo.InvariantCulture))));
        }
        page.Table(table);
    }

    // What a network is shown instead of one picture, in four epochs.
    private static void ChangedPictures(
        LabOptions options, LabPictures pictures, LabPage page, RemedyFigures[] figures)
    {
        const int epochs = 4;
        PictureGrid grid = new(columns: epochs + 1, size: 84) { Title = "One picture, and what is made of it" };
        foreach (RemedyFigures f in figures)
        {
            if (f.Remedy.Of(f.Chosen).Changes is not { Count: > 0 } changes) continue;
            Dataset one = pictures.Train.Subset([0]);
            grid.Add(one.All().Input[0], f.Remedy.Name);
            DataLoader loader = new(one, 1, rng: new Rng(options.Seed), transforms: changes);
            for (int epoch = 1; epoch <= epochs; epoch++) grid.Add(loader.First().Input[0], $"epoch {epoch}");
        }
        page.Picture("changes", grid, "The first picture of the training part as it is, and as each change, in the "
            + "strength that was chosen, shows it in four epochs.");
    }
}

/// <summary>A remedy, how its strength was chosen, and what came of it.</summary>
/// <param name="Remedy">The remedy.</param>
/// <param name="Right">Share of right answers in validation with each choice; empty where there was one only.</param>
/// <param name="Chosen">The strength.</param>
internal sealed record RemedyFigures(Remedy Remedy, IReadOnlyList<double> Right, double Chosen);

/// <summary>How large the network is, and how much is measured.</summary>
internal sealed record RegularisationSize(
    int Width, int Samples, int Validation, int Epochs, int Choosing, int Draws)
{
    public const int HiddenLayers = 2;

    public const double Rate = 1e-3;

    public static readonly RegularisationSize
        Whole = new(Width: 512, Samples: 1000, Validation: 2000, Epochs: 30, Choosing: 2, Draws: 5),
        Quick = new(Width: 32, Samples: 100, Validation: 100, Epochs: 4, Choosing: 1, Draws: 2);
}
