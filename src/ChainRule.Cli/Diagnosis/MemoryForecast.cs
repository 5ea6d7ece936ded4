using ChainRule.Cli.Learning;
using ChainRule.Data;
using ChainRule.Models;
using ChainRule.Nn;
using ChainRule.Training;

namespace ChainRule.Cli.Diagnosis;

/// <summary>What a training will need of memory, told before it is run.</summary>
/// <param name="Model">The network's summary.</param>
/// <param name="Batch">Samples in a batch.</param>
/// <param name="Step">A step's memory by purpose.</param>
/// <param name="Process">Bytes of the whole process at most: runtime and data besides.</param>
internal sealed record MemoryForecast(string Model, int Batch, StepMemory Step, long Process)
{
    /// <summary>For what <c>train</c> would do with the same options.</summary>
    public static MemoryForecast Of(TrainRequest request, DataFolder folder)
    {
        var setup = TrainSetup.Of(Recipe.Resolve(request), folder);
        return Of(setup.Recipe, setup.Model, setup.Material.Classes, setup.Loader);
    }

    /// <summary>For a model that was saved, with inputs of the shape that its file gives.</summary>
    /// <exception cref="UsageException">The file does not say what its inputs are.</exception>
    public static MemoryForecast OfFile(string path, TrainRequest request)
    {
        SavedModel saved = ModelFiles.Load(path);
        ModelDescription description = saved.Description;
        if (description.InputShape is not { } shape)
            throw new UsageException($"{path} does not say what shape its inputs have.", "name a network: cnn, mlp");
        saved.Model.Train();
        Recipe recipe = Recipe.Resolve(request);
        int batch = recipe.Batch!.Value;
        Tensor inputs = Tensor.Zeros([batch, .. shape]);
        Tensor targets = description.Classes is null
            ? Tensor.Zeros([batch, 1])
            : Tensor.Zeros([batch], DType.Int64);
        return Of(recipe, saved.Model, description.Classes, new DataLoader(new TensorDataset(inputs, targets), batch));
    }

    private static MemoryForecast Of(Recipe recipe, Layer model, IReadOnlyList<string>? classes, DataLoader loader)
    {
        var trainer = new Trainer(model, recipe.OptimizerFor(model), TrainSetup.LossFor(classes));
        StepMemory step = trainer.EstimateMemory(loader);
        long used = step.Batches * loader.BatchCount * (recipe.Epochs ?? 1);
        // What is here already is the runtime, the data, weights and gradients. Training keeps a copy of the best
        // weights besides.
        long coming = step.Peak - step.Gradients - step.Kernels + Math.Min(step.Waiting, used);
        return new MemoryForecast(model.Summary, loader.BatchSize, step, Environment.WorkingSet + coming);
    }
}
