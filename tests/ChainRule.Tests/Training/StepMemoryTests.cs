using ChainRule.Data;
using ChainRule.Kernels;
using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

[Collection(nameof(OneAtATime))]
public sealed class StepMemoryTests
{
    public static TheoryData<string, int> Models => new()
    {
        { "cnn", 50 }, { "lenet5", 3 }, { "mlp", 64 }, { "norm", 33 }, { "norm", 1 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Estimate_before_training_is_within_a_tenth_of_what_a_step_takes(string name, int batch)
    {
        Layer model = Make(name);
        Adam optimizer = new(model.Parameters());
        DataLoader loader = Pictures(batch);
        StepMemory told = new Trainer(model, optimizer, Loss).EstimateMemory(loader);

        Batch all = loader.Epoch(0).First();
        long results = 0, asked = BufferPool.AskedByThread;
        using (Step step = Step.Begin())
        {
            Loss(model.Forward(all.Input), all.Target).Backward();
            optimizer.Step();
            results = step.Arena.UsedBytes + BufferPool.AskedByThread - asked
                - optimizer.State().Tensors.Sum(t => Bytes(t.Value));        // the first step makes the states
        }
        long states = optimizer.State().Tensors.Sum(t => Bytes(t.Value));
        long truth = model.State().Sum(s => Bytes(s.Value)) + model.Parameters().Sum(p => Bytes(p.Value.Grad!)) + states
            + Bytes(all.Input) + Bytes(all.Target) + results + Scratch.TotalBytes;
        Assert.InRange(told.Results, 0.95 * results, (1.05 * results) + 4096);
        Assert.InRange(told.Peak, 0.9 * truth, 1.1 * truth);
    }

    [Fact]
    public void Estimate_leaves_weights_generators_and_loader_as_they_were()
    {
        Layer model = Make("norm");
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1), Loss);
        DataLoader loader = Pictures(16);
        var before = Values(model).ToList();
        var states = model.Generators().Select(g => g.Rng.State).ToList();
        DataLoaderState place = loader.State;

        trainer.EstimateMemory(loader);

        Assert.Equal(before, Values(model));
        Assert.Equal(states, model.Generators().Select(g => g.Rng.State));
        Assert.Equal(place, loader.State);
        Assert.All(model.Parameters(), p => Assert.Null(p.Value.Grad));
    }

    [Fact]
    public void Loader_that_prepares_batches_needs_memory_for_them()
    {
        Layer model = Make("mlp");
        Trainer trainer = new(model, new Sgd(model.Parameters(), 0.1), Loss);
        long one = trainer.EstimateMemory(Pictures(8)).Batches, ahead = trainer.EstimateMemory(Pictures(8, 2)).Batches;
        Assert.Equal((8 * ((28 * 28 * 4) + 8), 4), (one, ahead / one));
    }

    private static IEnumerable<double[]> Values(Layer model) =>
        model.State().Select(s => s.Value.To(DType.Float64).ToArray<double>());

    private static Tensor Loss(Tensor output, Tensor target) => F.CrossEntropy(output, target);

    private static Layer Make(string name)
    {
        Rng rng = new(7);
        return name switch
        {
            "cnn" => new MnistCnn(rng: rng),
            "lenet5" => new LeNet5(rng: rng),
            "mlp" => new Mlp(new MlpOptions { Sizes = [784, 128, 10] }, rng),
            _ => new Sequential(new Conv2d(1, 8, 3, rng: rng), new BatchNorm2d(8), new Relu(), new MaxPool2d(2),
                new Dropout(0.5, rng), new Flatten(), new Linear(8 * 13 * 13, 10, rng: rng)),
        };
    }

    private static DataLoader Pictures(int batch, int prefetch = 0) => new(
        new TensorDataset(
            Tensor.Randn([batch, 1, 28, 28], new Rng(3)), Tensor.From([.. Enumerable.Repeat(1L, batch)], [batch])),
        batch, prefetch: prefetch);

    private static long Bytes(Tensor tensor) => (long)tensor.Count * tensor.DType.Size();
}
