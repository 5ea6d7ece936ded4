using ChainRule.Formats;
using ChainRule.Models;

namespace ChainRule.Cli.Learning;

/// <summary>A network that the command line can train.</summary>
internal enum NetworkKind
{
    /// <summary>The convolutional network of the MNIST tutorials.</summary>
    Cnn,

    /// <summary>Linear layers with an activation between them.</summary>
    Mlp,

    /// <summary>One linear layer.</summary>
    Softmax,

    /// <summary>LeNet-5.</summary>
    LeNet5,
}

/// <summary>An optimiser that the command line can use.</summary>
internal enum OptimizerKind
{
    /// <summary>Gradient descent.</summary>
    Sgd,

    /// <summary>Gradient descent with momentum 0.9.</summary>
    Momentum,

    /// <summary>Adam.</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay.</summary>
    AdamW,
}

/// <summary>How the learning rate goes on.</summary>
internal enum ScheduleKind
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>It falls to 0 along a half cosine, step by step.</summary>
    Cosine,
}

/// <summary>What a user asked for; null wherever nothing was said.</summary>
internal sealed record TrainRequest
{
    /// <summary>Name of a data set, or a CSV file.</summary>
    public string? Data { get; init; }

    /// <summary>The network.</summary>
    public NetworkKind? Network { get; init; }

    /// <summary>Sizes of an MLP's hidden layers.</summary>
    public int[]? Hidden { get; init; }

    /// <summary>What follows hidden layers.</summary>
    public Activation? Activation { get; init; }

    /// <summary>Target column of a CSV file.</summary>
    public string? Target { get; init; }

    /// <summary>What the target is learned as.</summary>
    public CsvTask? Task { get; init; }

    /// <summary>What happens to rows with missing cells.</summary>
    public CsvMissing? Missing { get; init; }

    /// <summary>Columns of a CSV file that are left out.</summary>
    public string[]? Ignore { get; init; }

    /// <summary>Columns of a CSV file whose numbers are categories.</summary>
    public string[]? Categorical { get; init; }

    /// <summary>Share of a CSV file's rows for test.</summary>
    public double? TestShare { get; init; }

    /// <summary>Number of training samples to use.</summary>
    public int? Samples { get; init; }

    /// <summary>Share of the training samples for validation.</summary>
    public double? Validation { get; init; }

    /// <summary>Epochs without a better one after which training ends; null for never.</summary>
    public int? Patience { get; init; }

    /// <summary>Passes over the training samples.</summary>
    public int? Epochs { get; init; }

    /// <summary>Samples in a batch.</summary>
    public int? Batch { get; init; }

    /// <summary>The optimiser.</summary>
    public OptimizerKind? Optimizer { get; init; }

    /// <summary>Learning rate.</summary>
    public double? Rate { get; init; }

    /// <summary>How the rate goes on.</summary>
    public ScheduleKind? Schedule { get; init; }

    /// <summary>Weight decay.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>Seed of everything random but the data.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The model's file.</summary>
    public string? Out { get; init; }

    /// <summary>The page of HTML; null for none.</summary>
    public string? Report { get; init; }

    /// <summary>The picture of the losses; null for none.</summary>
    public string? Plot { get; init; }

    /// <summary>The folder of TensorBoard's files; null for none.</summary>
    public string? TensorBoard { get; init; }

    /// <summary>The folder of checkpoints; null for none.</summary>
    public string? Checkpoints { get; init; }

    /// <summary>Whether to go on from the latest checkpoint.</summary>
    public bool Resume { get; init; }
}
