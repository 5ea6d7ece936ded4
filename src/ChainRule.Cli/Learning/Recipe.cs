using ChainRule.Cli.Parsing;
using ChainRule.Formats;
using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Cli.Learning;

/// <summary>
/// Every setting of a training: what was asked for, and defaults that suit data and network for the rest.
/// </summary>
internal sealed record Recipe
{
    private static readonly int[] RowHidden = [10, 20, 10], PictureHidden = [128];

    /// <summary>Name of a data set, or a file.</summary>
    public required string Data { get; init; }

    /// <summary>The network.</summary>
    public required NetworkKind Network { get; init; }

    /// <summary>Sizes of an MLP's hidden layers.</summary>
    public required IReadOnlyList<int> Hidden { get; init; }

    /// <summary>What follows hidden layers.</summary>
    public required Activation Activation { get; init; }

    /// <summary>Share of the training samples for validation; null as with <see cref="Epochs"/>.</summary>
    public required double? Validation { get; init; }

    /// <summary>Epochs without a better one after which training ends; null for never.</summary>
    public required int? Patience { get; init; }

    /// <summary>Passes over the training samples; null: enough, when it is known how many there are.</summary>
    public required int? Epochs { get; init; }

    /// <summary>Samples in a batch; null as with <see cref="Epochs"/>.</summary>
    public required int? Batch { get; init; }

    /// <summary>The optimiser.</summary>
    public required OptimizerKind Optimizer { get; init; }

    /// <summary>Learning rate.</summary>
    public required double Rate { get; init; }

    /// <summary>How the rate goes on.</summary>
    public required ScheduleKind Schedule { get; init; }

    /// <summary>Weight decay.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>Seed of everything random but the data.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The model's file.</summary>
    public required string Out { get; init; }

    /// <summary>Number of training samples to use; null for all.</summary>
    public required int? Samples { get; init; }

    /// <summary>How a CSV file is read.</summary>
    public required CsvOptions Csv { get; init; }

    /// <summary>Fills in what was not said, and refuses what does not go together.</summary>
    /// <exception cref="UsageException">Two options contradict each other, or one has no meaning here.</exception>
    public static Recipe Resolve(TrainRequest request)
    {
        string data = request.Data ?? DataNames.Digits;
        DataNames.Check(data);
        bool pictures = DataNames.IsPictures(data);
        NetworkKind network = request.Network
            ?? (pictures && request.Hidden is null ? NetworkKind.Cnn : NetworkKind.Mlp);
        Refuse(request, data, network);
        string stem = DataNames.IsFile(data) ? Path.GetFileNameWithoutExtension(data) : data;
        var (optimizer, rate) = (request.Optimizer, pictures, network) switch
        {
            (null, true, NetworkKind.Softmax) => (OptimizerKind.Sgd, 0.5),
            (null, true, NetworkKind.Cnn) => (OptimizerKind.Adam, 1e-3),
            (null, true, _) => (OptimizerKind.Adam, 2e-3),
            (null, false, _) => (OptimizerKind.Adam, 1e-2),
            ({ } o and OptimizerKind.Sgd, _, _) => (o, network == NetworkKind.Softmax ? 0.5 : 0.1),
            ({ } o and OptimizerKind.Momentum, _, _) => (o, 0.01),
            ({ } o, _, _) => (o, network == NetworkKind.Cnn ? 1e-3 : pictures ? 2e-3 : 1e-2),
        };
        return new Recipe
        {
            Data = data,
            Network = network,
            Hidden = request.Hidden ?? (pictures ? PictureHidden : RowHidden),
            Activation = request.Activation ?? Activation.Relu,
            Validation = request.Validation,
            Patience = request.Patience,
            Epochs = request.Epochs ?? (pictures ? PictureEpochs(network, data) : null),
            Batch = request.Batch ?? (pictures ? network == NetworkKind.Softmax ? 100 : 64 : null),
            Optimizer = optimizer,
            Rate = request.Rate ?? rate,
            Schedule = request.Schedule
                ?? (pictures && network != NetworkKind.Softmax ? ScheduleKind.Cosine : ScheduleKind.Constant),
            WeightDecay = request.WeightDecay ?? (optimizer == OptimizerKind.AdamW ? 0.01 : 0),
            Seed = request.Seed ?? 0,
            Out = request.Out ?? Path.Combine("models", $"{stem}-{NameOf(network)}.safetensors"),
            Samples = request.Samples,
            Csv = new CsvOptions
            {
                Target = request.Target,
                Task = request.Task ?? CsvTask.Auto,
                Missing = request.Missing ?? CsvMissing.Error,
                Ignore = request.Ignore ?? [],
                Categorical = request.Categorical ?? [],
                TestShare = request.TestShare ?? 0.2,
            },
        };
    }

    /// <summary>The name of a network on the command line.</summary>
    public static string NameOf(NetworkKind network) => network.ToString().ToLowerInvariant();

    /// <summary>Share for validation of so many samples.</summary>
    public double ValidationOf(int samples) => Validation
        ?? (samples < 100 || Data == DataNames.Iris ? 0 // too few to spare any
        : DataNames.IsFile(Data) ? 0.1
        : 0.05);

    /// <summary>The recipe with what depends on the number of training samples.</summary>
    public Recipe For(int samples) => this with
    {
        Batch = Batch ?? Math.Min(samples, samples < 2_000 ? 16 : 64),
        Epochs = Epochs ?? Math.Clamp(100_000 / samples, 5, 100), // about as many samples seen, however few there are
    };

    /// <summary>Options of the network for the data.</summary>
    public ModelOptions ModelFor(Material material) => Network switch
    {
        NetworkKind.Cnn => new MnistCnnOptions { Classes = material.OutputSize },
        NetworkKind.LeNet5 => new LeNet5Options { Classes = material.OutputSize, Activation = Activation },
        NetworkKind.Softmax => new SoftmaxRegressionOptions
        {
            Features = material.InputSize,
            Classes = material.OutputSize,
        },
        _ => new MlpOptions
        {
            Sizes = [material.InputSize, .. Hidden, material.OutputSize],
            Activation = Activation,
        },
    };

    /// <summary>The optimiser of a network.</summary>
    public Optimizer OptimizerFor(Layer model) => Optimizer switch
    {
        OptimizerKind.Sgd => new Sgd(model.Parameters(), Rate, weightDecay: WeightDecay),
        OptimizerKind.Momentum => new Sgd(model.Parameters(), Rate, momentum: 0.9, weightDecay: WeightDecay),
        OptimizerKind.Adam => new Adam(model.Parameters(), Rate, weightDecay: WeightDecay),
        _ => new AdamW(model.Parameters(), Rate, weightDecay: WeightDecay),
    };

    private static int PictureEpochs(NetworkKind network, string data) => network switch
    {
        NetworkKind.Cnn when data == DataNames.Digits => 3, // under a minute on two cores
        NetworkKind.Softmax => 2,
        _ => 5,
    };

    private static void Refuse(TrainRequest request, string data, NetworkKind network)
    {
        bool rows = !DataNames.IsPictures(data);
        if (rows && network is NetworkKind.Cnn or NetworkKind.LeNet5)
        {
            throw new UsageException(
                $"--model {NameOf(network)} takes pictures; the data '{data}' are rows of numbers.",
                "use --model mlp or --model softmax");
        }
        if (request.Hidden is not null && network != NetworkKind.Mlp)
            throw new UsageException($"--hidden is for --model mlp; the model is {NameOf(network)}.");
        if (request.Activation is not null && network is NetworkKind.Cnn or NetworkKind.Softmax)
            throw new UsageException($"--activation is for --model mlp or lenet5; the model is {NameOf(network)}.");
        if (DataNames.IsFile(data)) return;
        string? forFiles = request switch
        {
            { Target: not null } => "--target",
            { Task: not null } => "--task",
            { Missing: not null } => "--missing",
            { Ignore: not null } => "--ignore",
            { Categorical: not null } => "--categorical",
            { TestShare: not null } => "--test",
            _ => null,
        };
        if (forFiles is not null)
            throw new UsageException($"{forFiles} is for a CSV file; the data are '{data}'.");
    }
}
