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

    /// <summary>Number of samples in the batch.</summary>
    public int Count => _indices.Count;

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
}

/// <summary>
/// Multiplies by a number, in floating point: y = factor * x. <c>new Scale(1f / 255)</c> brings bytes to 0..1.
/// </summary>
/// <param name="factor">The number.</param>
public sealed class Scale(float factor) : Transform
{
    /// <summary>The number.</summary>
    public float Factor { get; } = factor;

    /// <inheritdoc/>
    public override Tensor Apply(Tensor input, SampleRandom random) => ChannelAffine.Apply(input, [Factor], [0]);
}

/// <summary>
/// Shifts and scales to mean 0 and standard deviation 1: y = (x - mean) / std, for all or for each channel.
/// </summary>
public sealed class Standardize : Transform
{
    private readonly float[] _factor, _shift;

    /// <summary>One mean and standard deviation for everything.</summary>
    /// <param name="mean">Mean of the training inputs.</param>
    /// <param name="std">Standard deviation of the training inputs, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A standard deviation is not above 0.</exception>
    public Standardize(float mean, float std)
        : this([mean], [std])
    {
    }

    /// <summary>A mean and standard deviation for each channel or feature: each place along dimension 1.</summary>
    /// <param name="mean"><c>[C]</c> means.</param>
    /// <param name="std"><c>[C]</c> standard deviations, above 0.</param>
    /// <exception cref="ArgumentException">The numbers of means and standard deviations differ, or are 0.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A standard deviation is not above 0.</exception>
    public Standardize(ReadOnlySpan<float> mean, ReadOnlySpan<float> std)
    {
        if (mean.Length != std.Length || mean.Length == 0)
            throw new ArgumentException(
                $"{mean.Length} means and {std.Length} standard deviations; expected as many, at least 1.");
        (Mean, Std) = (mean.ToArray(), std.ToArray());
        (_factor, _shift) = (new float[mean.Length], new float[mean.Length]);
        for (int i = 0; i < mean.Length; i++)
        {
            if (!(std[i] > 0)) throw new ArgumentOutOfRangeException(nameof(std), std[i], "expected a number above 0.");
            _factor[i] = 1 / std[i];
            _shift[i] = -mean[i] / std[i];
        }
    }

    /// <summary>Means, one for all or one for each channel.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>Standard deviations, one for all or one for each channel.</summary>
    public IReadOnlyList<float> Std { get; }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">Dimension 1 is not the number of channels.</exception>
    public override Tensor Apply(Tensor input, SampleRandom random) => ChannelAffine.Apply(input, _factor, _shift);
}

/// <summary>Makes each sample one row: <c>[N, ...]</c> to <c>[N, product of the rest]</c>.</summary>
public sealed class FlattenSamples : Transform
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor input, SampleRandom random) =>
        input.Rank == 1 ? input.Reshape(input.Count, 1) : input.Flatten(startDim: 1);
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
