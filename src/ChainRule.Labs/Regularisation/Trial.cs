namespace ChainRule.Labs;

/// <summary>What came of one training.</summary>
/// <param name="History">Epoch by epoch, with the validation where it was asked for.</param>
/// <param name="Model">The network.</param>
/// <param name="Measured">Loss and accuracy on what the training is judged by.</param>
internal sealed record TrialResult(TrainingHistory History, Sequential Model, EvaluationResult Measured)
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

    // Streams of the seed: which pictures, and the network with its order of batches.
    private const ulong DrawStream = 4000, TrainStream = 5000;

    private readonly LabPictures _pictures;
    private readonly RegularisationSize _size;
    private readonly Dataset _train, _validation;
    private readonly ulong _seed, _stream;

    /// <summary>A draw of the pictures.</summary>
    /// <param name="pictures">All of them.</param>
    /// <param name="size">How large the network is, and how long it is trained.</param>
    /// <param name="seed">The lab's seed.</param>
    /// <param name="draw">Number of the draw.</param>
    public Trial(LabPictures pictures, RegularisationSize size, ulong seed, int draw)
    {
        (_pictures, _size, _seed, _stream) = (pictures, size, seed, TrainStream + (ulong)draw);
        int[] order = [.. Enumerable.Range(0, pictures.Train.Count)];
        new Rng(seed, DrawStream + (ulong)draw).Shuffle(order.AsSpan());
        _train = pictures.Train.Subset(order.AsSpan(0, size.Samples));
        _validation = pictures.Train.Subset(order.AsSpan(size.Samples, size.Validation));
    }

    /// <summary>Trains a fresh network.</summary>
    /// <param name="plan">How.</param>
    /// <param name="onTest">Whether it is judged by the test pictures; else by those of validation.</param>
    /// <param name="watch">Whether every epoch is validated.</param>
    public TrialResult Run(Plan plan, bool onTest, bool watch = false)
    {
        Rng rng = new(_seed, _stream);
        Sequential model = Network(plan, rng);
        Accuracy accuracy = new();
        Adam optimizer = new(model.Parameters(), RegularisationSize.Rate);
        DataLoader batches = new(
            _train, BatchSize, shuffle: true, rng, transforms: [.. plan.Changes, .. _pictures.Rows]);
        Trainer trainer = new(model, optimizer,
            (y, target) => F.CrossEntropy(y, target, labelSmoothing: model.IsTraining ? plan.Smoothing : 0), accuracy)
        {
            Schedule = new CosineAnnealingLr(optimizer, (long)_size.Epochs * batches.BatchCount),
            ScheduleUnit = ScheduleUnit.Step,
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
        return new TrialResult(
            history, model, trainer.Evaluate(onTest ? Measuring(_pictures.Test) : validation));
    }

    private Sequential Network(Plan plan, Rng rng)
    {
        List<Layer> layers = [];
        for (int inputs = LabPictures.Pixels, i = 0; i < RegularisationSize.HiddenLayers; inputs = _size.Width, i++)
        {
            layers.Add(new Linear(inputs, _size.Width, rng: rng));
            if (plan.Normalise) layers.Add(new BatchNorm1d(_size.Width));
            layers.Add(new Relu());
            if (plan.Dropout > 0) layers.Add(new Dropout(plan.Dropout, rng));
        }
        return [.. layers, new Linear(_size.Width, LabPictures.Classes, rng: rng)];
    }

    private DataLoader Measuring(Dataset data) => new(data, Math.Min(500, data.Count), transforms: _pictures.Rows);
}
