using ChainRule.Nn;

namespace ChainRule.IO;

/// <summary>Parameters and buffers of a module in a safetensors file, under PyTorch's keys.</summary>
/// <remarks><code>
/// model.Save("digits.safetensors");
/// model.LoadState("digits.safetensors");
/// </code></remarks>
public static class ModelFile
{
    /// <summary>
    /// Saves a module's state. The same weights and metadata give the same bytes, so that a checksum compares
    /// trainings.
    /// </summary>
    /// <param name="module">Module.</param>
    /// <param name="path">The file; one that is there is replaced, or left whole if writing fails.</param>
    /// <param name="metadata">Texts to be kept with it, such as a description of the model.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static void Save(this Module module, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        SafeTensors.Write(path, module.State(), metadata);
    }

    /// <summary>
    /// Overwrites a module's parameters and buffers with those of a file. Everything is checked before anything is
    /// changed.
    /// </summary>
    /// <param name="module">Module.</param>
    /// <param name="path">The file.</param>
    /// <param name="strict">False: keys that only one side has are left alone, and reported in the result.</param>
    /// <returns>What did not match, both lists empty where strict.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">The file is damaged; a key is missing or unknown (where strict); a tensor
    /// has another shape or type.</exception>
    public static StateMismatch LoadState(this Module module, string path, bool strict = true) =>
        LoadState(module, SafeTensors.Read(path), path, strict);

    /// <summary>Overwrites a module's parameters and buffers with those of a file that was read before.</summary>
    /// <param name="module">Module.</param>
    /// <param name="content">The file's content.</param>
    /// <param name="path">The file, for errors.</param>
    /// <param name="strict">False: keys that only one side has are left alone, and reported in the result.</param>
    /// <returns>What did not match, both lists empty where strict.</returns>
    /// <exception cref="CheckpointException">A key is missing or unknown (where strict); a tensor has another shape or
    /// type.</exception>
    public static StateMismatch LoadState(
        this Module module, SafeTensorsContent content, string path, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(content);
        return StateLoading.Load(module, content.Weights(), strict, path);
    }

    /// <summary>A file's tensors but those of the transforms that were saved with the model.</summary>
    internal static IReadOnlyDictionary<string, Tensor> Weights(this SafeTensorsContent content) =>
        !content.Metadata.ContainsKey(Transforms + ".count") ? content.Tensors
            : content.Tensors.Where(t => !OfTransforms(t.Key)).ToDictionary(t => t.Key, t => t.Value);

    /// <summary>Section of a file for the transforms that were saved with the model.</summary>
    internal const string Transforms = "transforms";

    /// <summary>Whether a key is in that section.</summary>
    internal static bool OfTransforms(string key) => key.StartsWith(Transforms + ".", StringComparison.Ordinal);
}
