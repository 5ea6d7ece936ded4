namespace ChainRule.Labs;

/// <summary>
/// How the start values of weights carry activations and gradients through a deep network, what training makes of them,
/// and why equal weights stay equal.
/// </summary>
/// <remarks>
/// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010); He,
/// Zhang, Ren and Sun, "Delving deep into rectifiers" (2015); Saxe, McClelland and Ganguli, "Exact solutions to the
/// nonlinear dynamics of learning in deep linear neural networks" (2014), for orthogonal weights.
/// </remarks>
public sealed class InitialisationLab : Lab
{
    /// <inheritdoc/>
    public override string Name => "init";

    /// <inheritdoc/>
    public override string Title => "Initialisation";

    /// <inheritdoc/>
    public override string Question =>
        "Which start values let signals and gradients pass through a deep network, and what comes of equal ones?";

    /// <inheritdoc/>
    protected override void Measure(LabOptions options, LabPage page)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(page);
        InitialisationSize size = options.Quick ? InitialisationSize.Quick : InitialisationSize.Whole;
        LabPictures pictures = LabPictures.Load(options);
        page.Text($"{size.Depth} hidden layers of {size.Width} units between 784 pixels and 10 classes; biases begin "
            + $"at 0. {pictures.Note}");
        new DepthSection(options, size, pictures).Write(page);
        new LearningSection(options, size, pictures).Write(page);
        new EqualWeightsSection(options, size, pictures).Write(page);
    }
}

/// <summary>How large the networks are, and how much is measured.</summary>
internal sealed record InitialisationSize(int Depth, int Width, int Samples, int Seeds, int Steps, int Trainings)
{
    public const int BatchSize = 64;

    public static readonly InitialisationSize
        Whole = new(Depth: 10, Width: 128, Samples: 500, Seeds: 5, Steps: 500, Trainings: 3),
        Quick = new(Depth: 5, Width: 32, Samples: 100, Seeds: 2, Steps: 20, Trainings: 1);

    public static readonly IReadOnlyList<Activation> Activations =
        [Activation.Tanh, Activation.Relu, Activation.Sigmoid];

    // Streams of the seed: what one part draws does not depend on another.
    public const ulong WeightStream = 1000, OrderStream = 2000, EqualStream = 3000;
}
