using ChainRule.Data;
using ChainRule.Kernels;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Training;

/// <summary>
/// Where the memory of a training step goes, in bytes; <see cref="Trainer.EstimateMemory"/> finds it out beforehand.
/// </summary>
/// <param name="Weights">Parameters and buffers of the model.</param>
/// <param name="Gradients">A gradient for every parameter that is not frozen.</param>
/// <param name="OptimizerState">What the optimiser keeps for each parameter: for Adam two numbers a weight.</param>
/// <param name="Batches">Inputs and targets: the batch in use and those that the loader prepares.</param>
/// <param name="Results">All that the step computes, forward and backward: it is kept until the next step.</param>
/// <param name="Kernels">Panels and tables of the kernels, on all threads.</param>
public sealed record StepMemory(
    long Weights, long Gradients, long OptimizerState, long Batches, long Results, long Kernels)
{
    /// <summary>Largest number of bytes that tensors and kernels have in use at once during a step.</summary>
    public long Peak => Weights + Gradients + OptimizerState + Batches + Results + Kernels;

    /// <summary>
    /// Bytes of batches that were used and wait for the collector, at most: they come on top of <see cref="Peak"/>.
    /// </summary>
    public long Waiting => BufferPool.RoomFor(Weights + Gradients + OptimizerState + Batches);

    // Two small steps give two points; what a step computes is linear in the number of samples.
    internal static StepMemory Estimate(Layer model, Optimizer optimizer, LossFunction loss, DataLoader data)
    {
        Batch batch = data.Epoch(data.State.Epoch).First();
        int small = Math.Min(batch.Count, Math.Max(2, batch.Count / 8)), large = Math.Min(batch.Count, 2 * small);
        BestWeights weights = new(model);
        GeneratorStates generators = new(model);
        weights.Take();
        generators.Take();
        long results;
        try
        {
            long few = Probe(small), more = large == small ? few : Probe(large);
            results = large == small ? few : more + ((more - few) * (batch.Count - large) / (large - small));
        }
        finally
        {
            weights.Restore();
            generators.Restore();
            model.ZeroGrad();
        }
        long sample = Bytes(batch.Input) + Bytes(batch.Target);
        return new StepMemory(
            model.State().Sum(s => Bytes(s.Value)),
            model.Parameters().Where(p => p.Value.RequiresGrad).Sum(p => Bytes(p.Value)),
            optimizer.StateBytes,
            sample * (data.Prefetch == 0 ? 1 : data.Prefetch + 2),
            results,
            Scratch.TotalBytes);

        long Probe(int samples)
        {
            using Step step = Step.Begin();
            Batch few = batch.Take(samples);
            long before = step.Arena.UsedBytes + BufferPool.AskedByThread;
            loss(model.Forward(few), few.Target).Backward();
            return step.Arena.UsedBytes + BufferPool.AskedByThread - before;
        }
    }

    private static long Bytes(Tensor tensor) => (long)tensor.Count * tensor.DType.Size();
}
