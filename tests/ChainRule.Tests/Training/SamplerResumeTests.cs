using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

/// <summary>
/// A training that ends in the middle of an epoch goes on with the batches and the random changes it would have had,
/// whatever sampler orders them and however many workers make them.
/// </summary>
public sealed class SamplerResumeTests
{
    private static readonly int[] Classes = [.. Enumerable.Range(0, 44).Select(i => i * i % 5)];

    private static readonly Dictionary<string, Func<Sampler>> Samplers = new()
    {
        ["sequential"] = () => new SequentialSampler(44),
        ["shuffled"] = () => new ShuffledSampler(44),
        ["weighted"] = () => new WeightedSampler([.. Classes.Select(c => c + 0.5)], 50),
        ["weighted, each once"] = () => new WeightedSampler([.. Classes.Select(c => c + 0.5)], 40, replacement: false),
        ["balanced"] = () => WeightedSampler.Balanced(Classes),
        ["stratified"] = () => new StratifiedSampler(Classes),
        ["buckets"] = () => new BucketSampler(Classes, 2),
    };

    public static TheoryData<string> Names => [.. Samplers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Training_goes_on_in_the_middle_of_an_epoch_to_the_same_bits(string name)
    {
        double[] whole = Weights(name, null, 0, false, 0);
        Assert.Equal(whole, Weights(name, null, 0, false, 4));
        int workers = 0;
        foreach (int stop in new[] { 2, 3, 5, 8 })
        {
            using TempFolder folder = new();
            Assert.Throws<InvalidOperationException>(() => Weights(name, folder.Root, stop, false, workers));
            Assert.Equal(whole, Weights(name, folder.Root, 0, true, ++workers % 3));
        }
    }

    private static double[] Weights(string name, string? folder, int stop, bool resume, int workers)
    {
        Rng rng = new(7);
        Sequential model = [new Flatten(), new Linear(64, 10, rng: rng), new Relu(), new Linear(10, 5, rng: rng)];
        Trainer trainer = new(model, new Adam(model.Parameters(), 0.01), Problems.CrossEntropy)
        {
            Checkpoints = folder is null ? null : new Checkpoints(folder) { EverySteps = 1, KeepLast = 1 },
            Callbacks = stop > 0 ? [new ResumeTests.Stopper(stop)] : [],
        };
        if (resume) Assert.True(trainer.Resume(folder!));
        Tensor pictures = Tensor.Randn([44, 1, 8, 8], new Rng(3));
        TensorDataset data = new(pictures, Tensor.From([.. Classes.Select(c => (long)c)], [44]));
        trainer.Fit(new DataLoader(data, 12, rng: new Rng(5), sampler: Samplers[name](), workers: workers, transforms:
            [new RandomAffine(20, 0.2, 0.8, 1.2, 10), new Cutout(3), new GaussianNoise(0.1)]), epochs: 2);
        return [.. model.State().SelectMany(s => s.Value.ToDoubles())];
    }
}
