using ChainRule.Models;
using ChainRule.Nn;

namespace ChainRule.Bench;

/// <summary>
/// A network with a batch: what one training step works on. The same ones as in the peer's script. Without classes the
/// targets are numbers, of which there are as many as results, and the loss is the mean squared error.
/// </summary>
internal sealed record Workload(string Name, Func<Rng, Layer> Model, int[] Input, int Targets, int Classes)
{
    /// <summary>All workloads of the peer.</summary>
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("iris_mlp", rng => new Mlp(new MlpOptions { Sizes = [4, 10, 20, 10, 3] }, rng), [32, 4], 32, 3),
        new("mnist_mlp", rng => new Mlp(new MlpOptions { Sizes = [784, 128, 10] }, rng), [32, 784], 32, 10),
        new("mnist_mlp_l", rng => new Mlp(new MlpOptions { Sizes = [784, 512, 512, 10] }, rng), [128, 784], 128, 10),
        new("mnist_cnn", rng => new MnistCnn(rng: rng), [50, 1, 28, 28], 50, 10),
        new("cifar_cnn", CifarCnn, [32, 3, 32, 32], 32, 10),
        new("lstm", CharacterLstm, [64, 32, 64], 64 * 32, 64),
        new("transformer", Transformer, [16, 64, 256], 16 * 64 * 256, 0),
    ];

    // Batch first: 64 sequences of 32 steps, where the peer's are 32 steps of 64.
    private static Sequential CharacterLstm(Rng rng) =>
        [new Lstm(64, 256, rng: rng), new Linear(256, 64, rng: rng), new Flatten(0, 1)];

    private static TransformerEncoderLayer Transformer(Rng rng) =>
        new(256, 8, new() { FeedForward = 1024, Dropout = 0 }, rng);

    private static Sequential CifarCnn(Rng rng) =>
    [
        new Conv2d(3, 16, 3, padding: 1, rng: rng), new Relu(), new MaxPool2d(2),
        new Conv2d(16, 32, 3, padding: 1, rng: rng), new Relu(), new MaxPool2d(2),
        new Conv2d(32, 64, 3, padding: 1, rng: rng), new Relu(), new MaxPool2d(2),
        new Flatten(), new Linear(64 * 4 * 4, 10, rng: rng),
    ];
}
