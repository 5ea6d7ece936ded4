using ChainRule.Data;
using ChainRule.IO;
using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>A trained network with its description: what a model file of the command line holds.</summary>
/// <param name="Model">The network.</param>
/// <param name="Description">How it is built, and what its inputs and outputs mean.</param>
/// <remarks><code>
/// new SavedModel(model, new ModelDescription { Model = model.Options }).Save("digits.safetensors");
/// SavedModel again = SavedModel.Load("digits.safetensors");
/// Tensor scores = again.Predict(images);
/// </code></remarks>
public sealed record SavedModel(Layer Model, ModelDescription Description)
{
    /// <summary>What inputs go through before the network, in order; none unless set.</summary>
    public IReadOnlyList<Transform> Transforms { get; init; } = [];

    /// <summary>The network's answer to inputs as they are before <see cref="Transforms"/>; no gradient.</summary>
    /// <param name="inputs"><c>[N, ...]</c> as the first transform takes them or, without any, the network.</param>
    /// <returns><c>[N, ...]</c> as the network documents.</returns>
    public Tensor Predict(Tensor inputs)
    {
        using NoGrad.Scope noGrad = NoGrad.Begin();
        return Model.Forward(Transforms.Apply(inputs));
    }

    /// <summary>Saves weights, description and transforms in one safetensors file. The same content gives the same
    /// bytes.</summary>
    /// <param name="path">The file; one that is there is replaced, or left whole if writing fails.</param>
    /// <exception cref="ArgumentException">A transform cannot be saved.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public void Save(string path)
    {
        Dictionary<string, string> texts = new() { [ModelDescription.MetadataKey] = Description.ToJson() };
        if (Transforms.Count == 0) Model.Save(path, texts);
        else Model.Save(path, Transforms, texts);
    }

    /// <summary>Builds the network that a file describes and gives it the file's weights; in evaluation mode.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kinds">How transforms of your own are read, by their <see cref="Transform.Kind"/>; null for
    /// none.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">
    /// The file is damaged, has no description, describes an unknown architecture, holds other weights than it
    /// describes, or a transform of an unknown kind.
    /// </exception>
    public static SavedModel Load(
        string path, IReadOnlyDictionary<string, Func<StateReader, Transform>>? kinds = null)
    {
        SafeTensorsContent content = SafeTensors.Read(path);
        if (!content.Metadata.TryGetValue(ModelDescription.MetadataKey, out string? json))
        {
            throw new CheckpointException("SavedModel", "the file holds weights but no description of their model.")
            {
                File = path,
                Help = "build the network in code and read the weights with LoadState.",
            };
        }
        ModelDescription description = ModelDescription.FromJson(json, path);
        // Weights are counted before a network is built: a description may lie about its size.
        Int128 described = description.Model.ParameterCount;
        long held = content.Weights().Values.Sum(t => (long)t.Count);
        if (described > held)
            throw ModelDescription.Wrong($"the file describes {described} parameters and holds {held} numbers.", path);
        Layer model = Build(description, path);
        model.LoadState(content, path);
        model.Eval();
        return new SavedModel(model, description) { Transforms = SavedTransforms.Load(content, path, kinds) };
    }

    private static Layer Build(ModelDescription description, string path)
    {
        try
        {
            return description.Build(new Rng(0));
        }
        catch (ArgumentException e)
        {
            throw ModelDescription.Wrong($"the model's description makes no sense: {e.Message}", path, e);
        }
    }
}
