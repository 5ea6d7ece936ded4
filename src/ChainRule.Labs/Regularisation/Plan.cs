namespace ChainRule.Labs;

/// <summary>How one network is trained: as it is, but for what is set here.</summary>
internal sealed record Plan
{
    /// <summary>Share of the hidden units that is dropped.</summary>
    public double Dropout { get; init; }

    /// <summary>Whether the hidden layer is normalised by batch.</summary>
    public bool Normalise { get; init; }

    /// <summary>What pulls weights towards 0.</summary>
    public WeightPenalty? Penalty { get; init; }

    /// <summary>Largest norm of a unit's weights.</summary>
    public double? MaxNorm { get; init; }

    /// <summary>Share of the target that is spread over all classes.</summary>
    public double Smoothing { get; init; }

    /// <summary>Epochs without a better validation after which training ends with the best weights.</summary>
    public int? Patience { get; init; }

    /// <summary>Share of the average of weights that remains in a step.</summary>
    public double? Decay { get; init; }

    /// <summary>What is done to each picture, in another way in every epoch.</summary>
    public IReadOnlyList<Transform> Changes { get; init; } = [];
}

/// <summary>Something that is done against learning by heart, in several strengths.</summary>
/// <param name="Name">Its name on the page.</param>
/// <param name="Strength">What the number is; empty where there is none.</param>
/// <param name="Choices">The numbers to choose from; one where there is nothing to choose.</param>
/// <param name="Of">The plan of a strength.</param>
internal sealed record Remedy(string Name, string Strength, IReadOnlyList<double> Choices, Func<double, Plan> Of)
{
    public const string Nothing = "nothing", EarlyStopping = "early stopping", L2 = "L2", Dropout = "dropout",
        Affine = "affine", L1 = "L1";

    /// <summary>Every remedy of the lab, the bare network first.</summary>
    public static IReadOnlyList<Remedy> All { get; } =
    [
        new(Nothing, "", [0], _ => new Plan()),
        new(EarlyStopping, "patience, epochs", [1, 3, 5, 10, 20], n => new Plan { Patience = (int)n }),
        new(L2, "lambda", [1, 3, 10, 30, 60, 100],
            l => new Plan { Penalty = new WeightPenalty(l2: l / Trial.Samples) }),
        new(L1, "lambda", [0.03, 0.1, 0.3, 1, 3],
            l => new Plan { Penalty = new WeightPenalty(l1: l / Trial.Samples) }),
        new("L1 and L2", "lambda of L1, ten times it of L2", [0.1, 0.3, 1, 3, 10],
            l => new Plan { Penalty = new WeightPenalty(l / Trial.Samples, 10 * l / Trial.Samples) }),
        new("L2 from epoch 10 on", "lambda", [3, 10, 30, 60, 100],
            l => new Plan { Penalty = new WeightPenalty(l2: l / Trial.Samples, startEpoch: 10) }),
        new(Dropout, "share", [0.2, 0.35, 0.5, 0.65, 0.8, 0.9], p => new Plan { Dropout = p }),
        new("max-norm", "norm", [0.3, 0.5, 0.7, 1], n => new Plan { MaxNorm = n }),
        new("batch normalisation", "", [0], _ => new Plan { Normalise = true }),
        new("label smoothing", "share", [0.1, 0.2, 0.4, 0.6, 0.8], s => new Plan { Smoothing = s }),
        new("average of weights", "decay", [0.99, 0.995, 0.998], d => new Plan { Decay = d }),
        new(Affine, "strength", [0.5, 1, 1.5], s => new Plan { Changes = [Moved(s)] }),
        new("crop", "padding, points", [1, 2, 3], p => new Plan { Changes = [new RandomCrop(28, 28, (int)p)] }),
        new("elastic", "alpha", [17, 34, 51], a => new Plan { Changes = [new ElasticTransform(a, sigma: 4)] }),
        new("lighting", "share", [0.2, 0.5, 0.8], s => new Plan { Changes = [new ColorJitter(s, s)] }),
        new("noise", "deviation of 255", [8, 16, 32], d => new Plan { Changes = [new GaussianNoise(d)] }),
        new("mirror", "", [0], _ => new Plan { Changes = [new RandomHorizontalFlip()] }),
        new("everything", "", [0], _ => new Plan
        {
            Dropout = 0.3,
            Penalty = new WeightPenalty(l2: 3.0 / Trial.Samples),
            Changes = [Moved(1), new ElasticTransform(34, sigma: 4)],
        }),
    ];

    /// <summary>Those that are tried with right labels, too, the bare network first.</summary>
    public static IReadOnlyList<Remedy> Main { get; } =
        [.. All.Where(r => r.Name is Nothing or EarlyStopping or L2 or Dropout or Affine)];

    private static RandomAffine Moved(double strength) => new(
        degrees: 10 * strength, shift: 0.07 * strength, 1 - (0.1 * strength), 1 + (0.1 * strength), 8 * strength);
}
