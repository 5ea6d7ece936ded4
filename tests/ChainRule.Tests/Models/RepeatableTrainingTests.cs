using ChainRule.IO;
using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.ModelsTests;

/// <summary>Sets the number of threads of the process, so it runs alone.</summary>
[Collection(nameof(OneAtATime))]
public sealed class RepeatableTrainingTests
{
    public static TheoryData<string> Models => [.. Trainings.Keys];

    private static readonly Dictionary<string, Func<Rng, (Sequential Model, Tensor X, Tensor Y)>> Trainings = new()
    {
        ["images"] = Images,
        ["recurrent"] = Recurrent,
        ["attention"] = Attention,
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Trainings_with_one_seed_give_the_same_file_on_any_number_of_threads(string model)
    {
        using TempFolder folder = new();
        byte[] Train(string name, int threads, ulong seed) =>
            Threads.On(threads, () => TrainedFile(folder[name], Trainings[model], seed));
        byte[] first = Train("1", threads: 1, seed: 7);
        Assert.Equal(first, Train("2", threads: 2, seed: 7));
        Assert.Equal(first, Train("3", threads: 3, seed: 7));
        Assert.NotEqual(first, Train("4", threads: 1, seed: 8));
    }

    private static byte[] TrainedFile(
        string path, Func<Rng, (Sequential Model, Tensor X, Tensor Y)> training, ulong seed)
    {
        var (model, x, y) = training(new Rng(seed));
        Adam optimizer = new(model.Parameters());
        for (int i = 0; i < 3; i++)
        {
            using Step step = Step.Begin();
            optimizer.ZeroGrad();
            F.CrossEntropy(model.Forward(x), y).Backward();
            optimizer.Step();
        }
        model.Save(path);
        return File.ReadAllBytes(path);
    }

    private static (Sequential Model, Tensor X, Tensor Y) Images(Rng rng)
    {
        Sequential model =
        [
            new Conv2d(1, 8, 5, padding: 2, rng: rng), new BatchNorm2d(8), new Relu(), new MaxPool2d(2),
            new Residual(new Conv2d(8, 8, 3, padding: 1, rng: rng)), new AvgPool2d(2), new Flatten(),
            new Linear(8 * 7 * 7, 64, rng: rng), new Tanh(), new Dropout(0.5, rng), new Linear(64, 10, rng: rng),
        ];
        return (model, Tensor.Randn([64, 1, 28, 28], rng), Labels(64, 10));
    }

    // Odd sizes: no width of vectors divides them. A bidirectional LSTM, then a GRU: [N, T, 19] -> [N T, 10].
    private static (Sequential Model, Tensor X, Tensor Y) Recurrent(Rng rng)
    {
        Sequential model =
        [
            new Lstm(19, 67, layers: 2, bidirectional: true, dropout: 0.2, rng: rng), new Gru(134, 45, rng: rng),
            new Linear(45, 10, rng: rng), new Flatten(0, 1),
        ];
        return (model, Tensor.Randn([33, 21, 19], rng), Labels(33 * 21, 10));
    }

    // Longer than one tile of the attention kernel: [N, 150] tokens -> [N 150, 11].
    private static (Sequential Model, Tensor X, Tensor Y) Attention(Rng rng)
    {
        TransformerOptions options = new() { FeedForward = 130, Dropout = 0.1 };
        Sequential model =
        [
            new Embedding(11, 48, rng: rng), new LearnedPositions(48, 150, rng),
            new TransformerEncoderLayer(48, 3, options, rng), new TransformerEncoderLayer(48, 3, options, rng),
            new Linear(48, 11, rng: rng), new Flatten(0, 1),
        ];
        return (model, Labels(5 * 150, 11).Reshape(5, 150), Labels(5 * 150, 11));
    }

    private static Tensor Labels(int count, int classes) =>
        Tensor.From([.. Enumerable.Range(0, count).Select(i => (long)(i * 7 % classes))], [count]);
}
