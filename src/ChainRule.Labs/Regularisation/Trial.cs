namespace ChainRule.Labs;

/// <summary>What came of one training.</summary>
/// <param name="History">Epoch by epoch, with the validation where it was asked for.</param>
/// <param name="Model">The network.</param>
/// <param name="Own">Loss and accuracy on the pictures it has learnt from, unchanged, with the labels it was given.
/// </param>
/// <param name="Measured">Loss and accuracy on what the training is judged by.</param>
internal sealed record TrialResult(
    TrainingHistory History, Sequential Model, EvaluationResult Own, EvaluationResult Measured)
{
    public double Loss => Measured.Loss;

    public double Accuracy => Measured["accuracy"];
}

/// <summary>Trains networks on few pictures of one draw.</summary>
internal sealed class Trial
{
    /// <summary>Pictures to learn from.</summary>
    public const int Samples = 1000;

    /// <summary>Samples in a batch.</summary>
    public const int BatchSize = 50;

    // Streams of the seed: which pictures, the network with its order of batches, and the wrong labels.
    private const ulong DrawStream = 4000, TrainStream = 5000, LabelStream = 6000;

    private readonly LabPictures _pictures;
    private readonly RegularisationSize _size;
    private readonly Dataset _train, _validation;
    private readonly ulong _seed, _stream;

    /// <summary>A draw of the pictures.</summary>
    /// <param name="pictures">All of them.</param>
    /// <param name="size">How large the network is, and how long it is trained.</param>
    /// <param name="seed">The lab's seed.</param>
    /// <param name="draw">Number of the draw.</param>
    /// <param name="wrong">Share of the labels, of validation too, that are replaced by wrong ones.</param>
    public Trial(LabPictures pictures, RegularisationSize size, ulong seed, int draw, double wrong)
    {
        (_pictures, _size, _seed, _stream) = (pictures, size, seed, TrainStream + (ulong)draw);
        int[] order = [.. Enumerable.Range(0, pictures.Train.Count)];
        new Rng(seed, DrawStream + (ulong)draw).Shuffle(order.AsSpan());
        Rng labels = new(seed, LabelStream + (ulong)draw);
        _train = Mislabelled(pictures.Train.Subset(order.AsSpan(0, size.Samples)), wrong, labels);
        _validation = Mislabelled(
            pictures.Train.Subset(order.AsSpan(size.Samples, size.Validation)), wrong, labels);
    }

    /// <summary>The labels of the pictures to learn from, wrong ones among them.</summary>
    public long[] Labels() => _train.All().Target.ToArray<long>();

    /// <summary>Trains a fresh network.</summary>
    /// <param name="plan">How.</param>
    /// <param name="onTest">Whether it is judged by the test pictures; else by those of validation.</param>
    /// <param name="watch">Whether every epoch is validated.</param>
    public TrialResult Run(Plan plan, bool onTest, bool watch = false)
    {
        Rng rng = new(_seed, _stream);
        Sequential model = Network(plan, rng);
        Accuracy accuracy = new();
        Sgd optimizer = new(model.Parameters(), RegularisationSize.Rate, RegularisationSize.Momentum);
        DataLoader batches = new(
            _train, BatchSize, shuffle: true, rng, transforms: [.. plan.Changes, .. _pictures.Rows]);
        Trainer trainer = new(model, optimizer,
            (y, target) => F.CrossEntropy(y, target, labelSmoothing: model.IsTraining ? plan.Smoothing : 0), accuracy)
        {
            Penalty = plan.Penalty,
            MaxNorm = plan.MaxNorm,
            Average = plan.Decay is { } decay ? new ExponentialAverage(decay) : null,
            KeepBest = plan.Patience is not null,
            Monitor = accuracy,
            Callbacks = plan.Patience is { } patience ? [new EarlyStopping(patience)] : [],
        };
        DataLoader validation = Measuring(_validation);
        TrainingHistory history =
            trainer.Fit(batches, watch || plan.Patience is not null ? validation : null, _size.Epochs);
        return new TrialResult(history, model, trainer.Evaluate(Measuring(_train)),
            trainer.Evaluate(onTest ? Measuring(_pictures.Test) : validation));
    }

    // Each wrong label is one of the other classes, every one as likely; samples lie in a random order already.
    private static TensorDataset Mislabelled(Dataset data, double share, Rng rng)
    {
        Batch all = data.All();
        long[] labels = all.Target.ToArray<long>();
        for (int i = 0; i < (int)(share * labels.Length); i++)
            labels[i] = (labels[i] + 1 + rng.NextInt(LabPictures.Classes - 1)) % LabPictures.Classes;
        return new TensorDataset(all.Input, Tensor.From(labels));
    }

    private Sequential Network(Plan plan, Rng rng)
    {
        List<Layer> layers = [new Linear(LabPictures.Pixels, _size.Width, rng: rng)];
        if (plan.Normalise) layers.Add(new BatchNorm1d(_size.Width));
        layers.Add(new Relu());
        if (plan.Dropout > 0) layers.Add(new Dropout(plan.Dropout, rng));
        return [.. layers, new Linear(_size.Width, LabPictures.Classes, rng: rng)];
    }

    private DataLoader Measuring(Dataset data) => new(data, Math.Min(500, data.Count), transforms: _pictures.Rows);
}
