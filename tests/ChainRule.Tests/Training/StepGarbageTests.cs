using ChainRule.Bench;

namespace ChainRule.Tests.Training;

/// <summary>
/// What a training step through the public API leaves to the collector, of the workloads that are measured. Counted,
/// not timed: the figures are those of the objects on a 64-bit machine.
/// </summary>
[Collection(nameof(OneAtATime))]
public sealed class StepGarbageTests
{
    [Theory]
    [InlineData("iris_mlp", 1200)]
    [InlineData("mnist_mlp", 800)]
    [InlineData("mnist_mlp_l", 950)]
    [InlineData("mnist_cnn", 2048)]
    [InlineData("cifar_cnn", 2048)]
    public void Steady_step_leaves_little_garbage_and_no_old_collection(string name, int most)
    {
        TrainingSession session = new(Workload.All.Single(w => w.Name == name));
        for (int i = 0; i < 5; i++) session.TrainStep();             // arena, scratch and caches reach their sizes
        int steps = name.Contains("cnn", StringComparison.Ordinal) ? 20 : 300;
        GC.Collect();
        int old = GC.CollectionCount(2);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < steps; i++) session.TrainStep();
        long bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / steps;
        Assert.True(bytes <= most, $"{name}: {bytes} bytes a step, at most {most} are allowed");
        Assert.True(bytes > 0);
        Assert.Equal(old, GC.CollectionCount(2));
    }
}
