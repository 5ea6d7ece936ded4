using System.Globalization;

namespace ChainRule.Labs;

/// <summary>
/// A network with far more weights than it has samples, bare and with each remedy against learning by heart: penalties,
/// dropout, early stopping, max-norm, batch normalisation, label smoothing, averaged weights and changed pictures.
/// </summary>
/// <remarks>
/// Source: Prechelt, "Early stopping - but when?" (1998); Srivastava et al., "Dropout: a simple way to prevent neural
/// networks from overfitting" (2014); Goodfellow, Bengio and Courville, "Deep learning" (2016), chapter 7; Arpit et
/// al., "A closer look at memorization in deep networks" (2017).
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
            $"784-{size.Width}-10 with ReLU learns from {size.Samples:N0} pictures for {size.Epochs} epochs of ")
            + FormattableString.Invariant($"gradient descent in batches of {Trial.BatchSize}, rate ")
            + FormattableString.Invariant($"{RegularisationSize.Rate} and momentum {RegularisationSize.Momentum}. ")
            + FormattableString.Invariant($"{pictures.Note} Of the labels to learn from, ")
            + FormattableString.Invariant($"{100 * RegularisationSize.Wrong:0}% are made wrong, as happens where ")
            + "people label by the thousand; those of the test are all right. Further below is the same with right "
            + "labels only, and why wrong ones are here.");
        page.Text("Each remedy gets the strength with the most right answers on "
            + FormattableString.Invariant($"{size.Validation:N0} other pictures of the training part, which bear as ")
            + $"many wrong labels, mean of {size.Choosing} draws of pictures and weights; early stopping looks at such "
            + $"pictures too. Then it is trained on {size.Draws} new draws, the same for every remedy, and only these "
            + "see the test pictures: mean and standard deviation over the draws. Affine changes shift, turn, scale "
            + "and shear; everything is a little of dropout, L2, affine and elastic changes at once.");

        var some = Comparison.Run(options, size, pictures, Remedy.All, RegularisationSize.Wrong);
        page.Heading("On the test pictures");
        some.Write(page);
        HeartSection.Write(page, some);

        var none = Comparison.Run(options, size, pictures, Remedy.Main, wrong: 0);
        page.Heading("With right labels");
        var (epoch, best, end) = none.Peak();
        page.Text("The same network and draws, no label wrong, strengths chosen anew. "
            + FormattableString.Invariant($"In validation the bare network has {100 * best:0.00}% right after epoch ")
            + FormattableString.Invariant($"{epoch}, its best, and {100 * end:0.00}% in the end, mean of the draws: ")
            + "what it loses by learning too long is what early stopping can win.");
        none.Write(page);

        page.Heading("How network and strengths were chosen");
        page.Text("On pictures of the training part alone. Several networks were looked at there with right labels: "
            + "gradient descent at lower and higher rates, with and without momentum, Adam at a constant and at a "
            + "falling rate, narrow and wide layers, ReLU, tanh and sigmoid units, usual and large start values. "
            + "Mostly they know their pictures after some epochs; then gradients vanish, and while the loss on others "
            + "grows, hardly an answer changes, so that early stopping can win next to nothing. Thirty sigmoid units "
            + "lost half a point, but L2 and dropout won nothing there; where answers got worse by a point or more, "
            + "the rate was so high that training did not settle. A wrong label can be learnt by heart only, and costs "
            + "right answers nearby: so a tenth of the labels is made wrong here. Of rates 0.01, 0.02 and 0.05, and "
            + "100 and 256 units, those were taken with which the bare network lost most; at the highest rate it lost "
            + "little. Adam is left out because it divides each gradient by its usual magnitude, that of a penalty "
            + "with it.");
        ChoiceTable(page, some, none);
        ChangedPictures(options, pictures, page, some.Remedies);
    }

    private static void ChoiceTable(LabPage page, Comparison some, Comparison none)
    {
        page.Text("Share of right answers on the validation pictures, by their labels, for every strength tried.");
        LabTable table = new("labels", "remedy", "strength", "tried", "right, %");
        foreach (var (labels, comparison) in ((string, Comparison)[])[("some wrong", some), ("right", none)])
        {
            foreach (RemedyFigures f in comparison.Remedies.Where(f => f.Right.Count > 0))
            {
                table.Add(labels, f.Remedy.Name, f.Remedy.Strength,
                    string.Join(" / ", f.Remedy.Choices.Select(c => c.ToString(CultureInfo.InvariantCulture))),
                    string.Join(" / ", f.Right.Select(r => (100 * r).ToString("0.00", CultureInfo.InvariantCulture))));
            }
        }
        page.Table(table);
    }

    // What a network is shown instead of one picture, in four epochs.
    private static void ChangedPictures(
        LabOptions options, LabPictures pictures, LabPage page, IReadOnlyList<RemedyFigures> figures)
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

/// <summary>How large the network is, and how much is measured.</summary>
internal sealed record RegularisationSize(
    int Width, int Samples, int Validation, int Epochs, int Choosing, int Draws)
{
    public const double Rate = 0.01, Momentum = 0.9;

    /// <summary>Share of wrong labels among those to learn from.</summary>
    public const double Wrong = 0.1;

    public static readonly RegularisationSize
        Whole = new(Width: 100, Samples: 1000, Validation: 2000, Epochs: 50, Choosing: 4, Draws: 5),
        Quick = new(Width: 32, Samples: 100, Validation: 100, Epochs: 8, Choosing: 1, Draws: 2);
}
