using System.Security.Cryptography;
using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Resume;

/// <summary>What is trained, and killed. Each training uses other parts of what a checkpoint keeps.</summary>
internal static class Training
{
    private const int Epochs = 3, Batch = 25, Samples = 500;

    private static readonly Dictionary<string, Func<DataLoader, Checkpoints, Trainer>> Trainings = new()
    {
        ["mlp"] = Mlp,
        ["cnn"] = Cnn,
        ["lstm"] = Recurrent,
    };

    public static IReadOnlyList<string> Names => [.. Trainings.Keys];

    /// <summary>
    /// Trains to the end, from where the folder's checkpoints stand, and prints the hash of the weights.
    /// </summary>
    public static int Run(string name, string folder)
    {
        var (digits, others) = Digits.Load(Samples, 100);
        Transform[] scale = [new Scale(1f / 255)];
        DataLoader train = name == "cnn" ? Augmented(digits.ToDataset(), scale)
            : new(digits.ToDataset(), Batch, shuffle: true, new Rng(3), transforms: scale, prefetch: 1);
        DataLoader validation = new(others.ToDataset(), 100, transforms: scale);
        Checkpoints checkpoints = new(Path.Combine(folder, "checkpoints")) { EverySteps = 2, KeepLast = 2 };
        Trainer trainer = Trainings[name](train, checkpoints);
        trainer.Resume(checkpoints.Folder);
        Console.WriteLine("training");    // the killer's clock starts here
        TrainingHistory history = trainer.Fit(train, validation, Epochs);
        string weights = Path.Combine(folder, "weights.safetensors");
        trainer.Model.Save(weights, new Dictionary<string, string> { ["history"] = Text(history) });
        Console.WriteLine($"hash {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(weights)))}");
        return 0;
    }

    // Draws with replacement, each changed by one of two threads.
    private static DataLoader Augmented(TensorDataset data, Transform[] scale) => new(
        data, Batch, rng: new Rng(3), sampler: new WeightedSampler([.. Enumerable.Range(1, Samples)], Samples),
        transforms: [.. scale, new RandomAffine(10, 0.1), new Cutout(5)], workers: 2);

    // Everything of the history but times.
    private static string Text(TrainingHistory history) => string.Join('\n', history.Epochs.Select(
        e => $"{e.Epoch} {e.Training} {e.Validation} {e.LearningRate:R}")) + $"\n{history.End} {history.BestEpoch}";

    private static Trainer Mlp(DataLoader train, Checkpoints checkpoints)
    {
        Rng rng = new(1);
        Sequential model =
        [
            new Flatten(), new Linear(784, 512, rng: rng), new Relu(), new Dropout(0.3, rng),
            new Linear(512, 10, rng: rng),
        ];
        Adam optimizer = new(model.Parameters());
        return new Trainer(model, optimizer, Loss, new Accuracy())
        {
            Schedule = new CosineAnnealingLr(optimizer, Epochs * train.BatchCount),
            ScheduleUnit = ScheduleUnit.Step,
            KeepBest = true,
            Penalty = new WeightPenalty(l2: 1e-4, startEpoch: 2),
            Checkpoints = checkpoints,
        };
    }

    private static Trainer Cnn(DataLoader train, Checkpoints checkpoints)
    {
        Rng rng = new(2);
        Sequential model =
        [
            new Conv2d(1, 8, 5, rng: rng), new BatchNorm2d(8), new Relu(), new MaxPool2d(2),
            new Conv2d(8, 16, 3, rng: rng), new Relu(), new MaxPool2d(2), new Flatten(), new Linear(400, 10, rng: rng),
        ];
        Sgd optimizer = new(model.Parameters(), 0.05, momentum: 0.9);
        return new Trainer(model, optimizer, Loss, new Accuracy(), new ConfusionMatrix(10))
        {
            Schedule = new OneCycleLr(optimizer, 0.1, Epochs * train.BatchCount),
            ScheduleUnit = ScheduleUnit.Step,
            Average = new ExponentialAverage(0.95),
            ClipGradNorm = 2,
            Checkpoints = checkpoints,
        };
    }

    private static Trainer Recurrent(DataLoader train, Checkpoints checkpoints)
    {
        Rng rng = new(4);
        Sequential model =
        [
            new Flatten(1, 2), new Lstm(28, 64, layers: 2, dropout: 0.2, rng: rng), new Lambda("last", x => x[.., ^1]),
            new Linear(64, 10, rng: rng),
        ];
        RmsProp optimizer = new(model.Parameters(), 0.002);
        return new Trainer(model, optimizer, Loss, new Accuracy())
        {
            Plateau = new ReduceLrOnPlateau(optimizer, patience: 0, threshold: 0.3),
            AccumulateBatches = 2,
            Callbacks = [new EarlyStopping(patience: 3)],
            Checkpoints = checkpoints,
        };
    }

    private static Tensor Loss(Tensor output, Tensor target) => F.CrossEntropy(output, target);
}
