using System.Globalization;
using ChainRule.IO;
using ChainRule.Nn;

namespace ChainRule.Data;

/// <summary>Transforms in the file of the model that was trained on what they gave.</summary>
/// <remarks><code>
/// Transform[] prepare = [new Scale(1f / 255), Standardize.Fit(train, before: [new Scale(1f / 255)])];
/// model.Save("digits.safetensors", prepare);
///
/// model.LoadState("digits.safetensors");
/// IReadOnlyList&lt;Transform&gt; same = SavedTransforms.Load("digits.safetensors");
/// Tensor scores = model.Forward(same.Apply(pictures));
/// </code></remarks>
public static class SavedTransforms
{
    private static readonly Dictionary<string, Func<StateReader, Transform>> Kinds = new()
    {
        ["scale"] = Scale.Load,
        ["standardize"] = Standardize.Load,
        ["minmax"] = MinMax.Load,
        ["decorrelate"] = Decorrelate.Load,
        ["binarize"] = Binarize.Load,
        ["normalize"] = NormalizeSamples.Load,
        ["tfidf"] = TfIdf.Load,
        ["flatten"] = _ => new FlattenSamples(),
    };

    /// <summary>Saves a module's state and what its inputs go through.</summary>
    /// <param name="module">Module.</param>
    /// <param name="path">The file; one that is there is replaced, or left whole if writing fails.</param>
    /// <param name="transforms">The transforms that inputs go through, in order, without those that are for training
    /// alone.</param>
    /// <param name="metadata">Texts to be kept with them.</param>
    /// <exception cref="ArgumentException">A transform cannot be saved, or the module or the metadata have a key that
    /// begins with "transforms.".</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static void Save(
        this Module module, string path, IReadOnlyList<Transform> transforms,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(transforms);
        StateWriter state = new(), section = state.Section(ModelFile.Transforms);
        section.Add("count", transforms.Count);
        for (int i = 0; i < transforms.Count; i++)
        {
            string kind = transforms[i].Kind ?? throw new ArgumentException(
                $"Save: transform {i} ({transforms[i].GetType().Name}) cannot be saved; leave out what is for training "
                + "alone, and give your own a Kind.", nameof(transforms));
            StateWriter own = section.Section(i.ToString(CultureInfo.InvariantCulture));
            own.Add("kind", kind);
            transforms[i].SaveState(own);
        }
        (string Key, Tensor Value)[] weights = [.. module.State()];
        string? taken = weights.Select(w => w.Key).Concat(metadata?.Keys ?? []).FirstOrDefault(ModelFile.OfTransforms);
        if (taken is not null)
            throw new ArgumentException($"Save: the key '{taken}' is kept for transforms.", nameof(module));
        Dictionary<string, string> texts = new(state.Texts);
        foreach ((string key, string text) in metadata ?? new Dictionary<string, string>()) texts.Add(key, text);
        SafeTensors.Write(path, [.. weights, .. state.Tensors], texts);
    }

    /// <summary>Reads the transforms that were saved with a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kinds">How transforms of your own are read, by their <see cref="Transform.Kind"/>; null for
    /// none.</param>
    /// <returns>The transforms, in order; none where the model was saved without.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">The file is damaged, or a transform is of an unknown kind.</exception>
    public static IReadOnlyList<Transform> Load(
        string path, IReadOnlyDictionary<string, Func<StateReader, Transform>>? kinds = null) =>
        Load(SafeTensors.Read(path), path, kinds);

    /// <summary>Takes the transforms that were saved with a model from a file that was read before.</summary>
    /// <param name="content">The file's content.</param>
    /// <param name="path">The file, for errors.</param>
    /// <param name="kinds">How transforms of your own are read, by their <see cref="Transform.Kind"/>; null for
    /// none.</param>
    /// <returns>The transforms, in order; none where the model was saved without.</returns>
    /// <exception cref="CheckpointException">A transform is damaged or of an unknown kind.</exception>
    public static IReadOnlyList<Transform> Load(
        SafeTensorsContent content, string path,
        IReadOnlyDictionary<string, Func<StateReader, Transform>>? kinds = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        StateReader section = new StateReader(content, path).Section(ModelFile.Transforms);
        if (!section.Has("count")) return [];
        // A file may lie about their number: each must be there before it counts.
        int count = section.Whole("count", 0);
        List<Transform> transforms = [];
        for (int i = 0; i < count; i++)
        {
            StateReader own = section.Section(i.ToString(CultureInfo.InvariantCulture));
            string kind = own.Text("kind");
            Func<StateReader, Transform>? load = kinds?.GetValueOrDefault(kind) ?? Kinds.GetValueOrDefault(kind);
            if (load is null)
                throw own.Wrong("kind", $"is '{kind}'; expected one of {string.Join(", ", Kinds.Keys)}, or of kinds.");
            try
            {
                transforms.Add(load(own));
            }
            catch (ArgumentException e)
            {
                throw own.Wrong("kind", $"is '{kind}', and its numbers make no sense: {e.Message}");
            }
        }
        return transforms;
    }

    /// <summary>Brings inputs back from what transforms made of them, the last undone first.</summary>
    /// <param name="transforms">The transforms, in the order of <see cref="Apply"/>.</param>
    /// <param name="output"><c>[N, ...]</c> as the last gives them; left as they are.</param>
    /// <returns><c>[N, ...]</c> as the first takes them, floating point.</returns>
    /// <exception cref="InvalidOperationException">One cannot be undone; nothing is.</exception>
    public static Tensor Invert(this IReadOnlyList<Transform> transforms, Tensor output)
    {
        ArgumentNullException.ThrowIfNull(transforms);
        ArgumentNullException.ThrowIfNull(output);
        for (int t = 0; t < transforms.Count; t++)
        {
            if (transforms[t] is not IInvertible)
                throw new InvalidOperationException(
                    $"Invert: transform {t} ({transforms[t].GetType().Name}) cannot be undone.");
        }
        for (int t = transforms.Count - 1; t >= 0; t--) output = ((IInvertible)transforms[t]).Invert(output);
        return output;
    }

    /// <summary>Puts inputs through transforms, without a loader.</summary>
    /// <param name="transforms">The transforms, in order.</param>
    /// <param name="input"><c>[N, ...]</c> as the first takes them; left as they are.</param>
    /// <returns><c>[N, ...]</c> as the last gives them.</returns>
    public static Tensor Apply(this IReadOnlyList<Transform> transforms, Tensor input)
    {
        ArgumentNullException.ThrowIfNull(transforms);
        ArgumentNullException.ThrowIfNull(input);
        int[] samples = Sampler.Places(input.Rank == 0 ? 1 : input.Shape[0]);
        for (int t = 0; t < transforms.Count; t++)
            input = transforms[t].Apply(input, new SampleRandom(0, 0, t, samples));
        return input;
    }
}
