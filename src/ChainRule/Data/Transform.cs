using ChainRule.IO;

namespace ChainRule.Data;

/// <summary>
/// Random numbers for a transform: a generator for each sample, fixed by the loader's seed, the epoch and the sample,
/// so that a sample is changed in the same way whatever its batch, and in another way in the next epoch.
/// </summary>
public readonly struct SampleRandom
{
    private readonly ulong _key;
    private readonly IReadOnlyList<int> _indices;
    private readonly ReadOnlyMemory<int> _repeats;

    // Repeats: how often each sample was drawn in this epoch before; empty where none comes twice.
    internal SampleRandom(
        ulong seed, long epoch, int transform, IReadOnlyList<int> indices, ReadOnlyMemory<int> repeats = default)
    {
        Span<uint> words = stackalloc uint[4];
        Rng.Philox(seed, (ulong)epoch, (ulong)transform, words);
        _key = (ulong)words[0] << 32 | words[1];
        (_indices, _repeats) = (indices, repeats);
    }

    private SampleRandom(ulong key, int index, ReadOnlyMemory<int> repeat) =>
        (_key, _indices, _repeats) = (key, [index], repeat);

    /// <summary>Number of samples in the batch.</summary>
    public int Count => _indices.Count;

    /// <summary>Place of a sample of the batch in the data set.</summary>
    internal int Sample(int sample) => _indices[sample];

    /// <summary>The random numbers of one sample of the batch alone.</summary>
    internal SampleRandom Of(int sample) =>
        new(_key, _indices[sample], _repeats.IsEmpty ? _repeats : _repeats.Slice(sample, 1));

    /// <summary>The generator of one sample.</summary>
    /// <param name="sample">The sample's place in the batch, from 0.</param>
    public Rng this[int sample] => new(
        _key, (uint)_indices[sample] | (_repeats.IsEmpty ? 0UL : (ulong)(uint)_repeats.Span[sample] << 32));
}

/// <summary>A change to the inputs of each batch on their way to the network.</summary>
public abstract class Transform
{
    /// <summary>Changes a batch of inputs.</summary>
    /// <param name="input"><c>[N, ...]</c> inputs; left as they are.</param>
    /// <param name="random">A generator for each sample.</param>
    /// <returns><c>[N, ...]</c> the inputs to be used instead.</returns>
    public abstract Tensor Apply(Tensor input, SampleRandom random);

    /// <summary>
    /// Under which name it is saved with a model; null for one that is for training alone, or that is not saved.
    /// </summary>
    public virtual string? Kind => null;

    /// <summary>Writes down what <see cref="Apply"/> depends on; nothing unless overridden.</summary>
    /// <param name="state">Takes it; names are this transform's own.</param>
    public virtual void SaveState(StateWriter state)
    {
    }
}

/// <summary>Makes each sample one row: <c>[N, ...]</c> to <c>[N, product of the rest]</c>.</summary>
public sealed class FlattenSamples : Transform
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor input, SampleRandom random) =>
        input.Rank == 1 ? input.Reshape(input.Count, 1) : input.Flatten(startDim: 1);

    /// <inheritdoc/>
    public override string? Kind => "flatten";
}

/// <summary>A change given as a function.</summary>
/// <param name="apply">From inputs <c>[N, ...]</c> and a generator for each sample to inputs <c>[N, ...]</c>.</param>
public sealed class LambdaTransform(Func<Tensor, SampleRandom, Tensor> apply) : Transform
{
    private readonly Func<Tensor, SampleRandom, Tensor> _apply =
        apply ?? throw new ArgumentNullException(nameof(apply));

    /// <inheritdoc/>
    public override Tensor Apply(Tensor input, SampleRandom random) => _apply(input, random);
}
