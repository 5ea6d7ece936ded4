using ChainRule.IO;
using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.ModelsTests;

/// <summary>Sets the number of threads of the process, so it runs alone.</summary>
[Collection(nameof(OneAtATime))]
public sealed class RepeatableTrainingTests
{
    [Fact]
    public void Trainings_with_one_seed_give_the_same_file_on_any_number_of_threads()
    {
        using TempFolder folder = new();
        byte[] Train(string name, int threads, ulong seed) =>
            Threads.On(threads, () => TrainedFile(folder[name], seed));
        byte[] first = Train("1", threads: 1, seed: 7);
        Assert.Equal(first, Train("2", threads: 2, seed: 7));
        Assert.Equal(first, Train("3", threads: 3, seed: 7));
        Assert.NotEqual(first, Train("4", threads: 1, seed: 8));
    }

    private static byte[] TrainedFile(string path, ulong seed)
    {
        Rng rng = new(seed);
        Sequential model =
        [
            new Conv2d(1, 8, 5, padding: 2, rng: rng), new BatchNorm2d(8), new Relu(), new MaxPool2d(2),
            new Residual(new Conv2d(8, 8, 3, padding: 1, rng: rng)), new AvgPool2d(2), new Flatten(),
            new Linear(8 * 7 * 7, 64, rng: rng), new Tanh(), new Dropout(0.5, rng), new Linear(64, 10, rng: rng),
        ];
        Adam optimizer = new(model.Parameters());
        Tensor x = Tensor.Randn([64, 1, 28, 28], rng),
            y = Tensor.From([.. Enumerable.Range(0, 64).Select(i => i % 10L)], [64]);
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
}
