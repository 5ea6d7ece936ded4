namespace ChainRule.Data;

/// <summary>
/// Sequences of different lengths with a target for each, or for each of their steps. Batches are padded to their
/// longest sequence and know the lengths: <see cref="Batch.Sequences"/>.
/// </summary>
/// <remarks><code>
/// var data = new SequenceDataset(sentences, labels);
/// var loader = new DataLoader(data, batchSize: 32, rng: rng, sampler: new BucketSampler(data.Lengths));
/// </code></remarks>
public sealed unsafe class SequenceDataset : Dataset
{
    private readonly Tensor[] _inputs;
    private readonly Tensor[]? _steps;
    private readonly Tensor? _targets;
    private readonly int[] _lengths;

    /// <summary>Sequences with a target each.</summary>
    /// <param name="inputs"><c>[T_n, ...]</c> each, alike in dtype and in all but the first dimension.</param>
    /// <param name="targets"><c>[N, ...]</c> any dtype.</param>
    /// <exception cref="ShapeException">The sequences do not fit together, or there is not one target each.</exception>
    /// <exception cref="DTypeException">The sequences differ in dtype.</exception>
    public SequenceDataset(IReadOnlyList<Tensor> inputs, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        _inputs = Sequences(inputs, nameof(inputs));
        if (targets.Rank < 1 || targets.Shape[0] != _inputs.Length)
            throw new ShapeException(
                $"SequenceDataset: targets are {targets.Shape} for {_inputs.Length} sequences; expected "
                + $"[{_inputs.Length}, ...].", targets.Shape);
        _targets = targets.IsContiguous ? targets : targets.Keep();
        _lengths = [.. _inputs.Select(x => x.Shape[0])];
    }

    /// <summary>Sequences with a target for each step.</summary>
    /// <param name="inputs"><c>[T_n, ...]</c> each, alike in dtype and in all but the first dimension.</param>
    /// <param name="targets"><c>[T_n, ...]</c> each, alike in dtype and in all but the first dimension.</param>
    /// <param name="targetPadding">
    /// Stands behind the end of shorter targets; the default is the class that <see cref="F.CrossEntropy"/> ignores.
    /// </param>
    /// <exception cref="ShapeException">The sequences do not fit together, or a target has another length than its
    /// input.</exception>
    /// <exception cref="DTypeException">The sequences differ in dtype.</exception>
    public SequenceDataset(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> targets, int targetPadding = -100)
    {
        _inputs = Sequences(inputs, nameof(inputs));
        _steps = Sequences(targets, nameof(targets));
        _lengths = [.. _inputs.Select(x => x.Shape[0])];
        TargetPadding = targetPadding;
        for (int i = 0; i < Math.Max(_inputs.Length, _steps.Length); i++)
        {
            Shape x = i < _inputs.Length ? _inputs[i].Shape : [0], y = i < _steps.Length ? _steps[i].Shape : [0];
            if (_inputs.Length != _steps.Length || x[0] != y[0])
                throw new ShapeException(
                    $"SequenceDataset: sequence {i} of {_inputs.Length} is {x} and target {i} of {_steps.Length} is "
                    + $"{y}; expected a target for each step.", x, y);
        }
    }

    /// <summary><c>[N]</c> where each sample comes from, for errors; null where that is not known.</summary>
    public IReadOnlyList<SampleFile>? Files { get; init; }

    /// <inheritdoc/>
    public override int Count => _inputs.Length;

    /// <summary><c>[N]</c> length of each sequence.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    /// <summary>What stands behind the end of shorter targets, where each step has one.</summary>
    public int TargetPadding { get; }

    /// <inheritdoc/>
    public override Batch Get(ReadOnlySpan<int> indices)
    {
        CheckIndices(indices);
        int[] own = indices.ToArray();
        long[] lengths = [.. own.Select(i => (long)_lengths[i])];
        int longest = lengths.Length == 0 ? 0 : (int)lengths.Max();
        Tensor target = _steps is null ? TensorDataset.Gather(_targets!, indices)
            : Pad(_steps, own, longest, TargetPadding);
        return new Batch(Pad(_inputs, own, longest, 0), target, own, Tensor.From(lengths).Keep());
    }

    /// <inheritdoc/>
    public override SampleFile? FileOf(int sample) => Files?[sample];

    // [N, longest, ...] with the padding behind each sequence.
    private static Tensor Pad(Tensor[] sequences, int[] indices, int longest, int padding)
    {
        int[] rest = sequences.Length == 0 ? [] : sequences[0].Shape.Dims[1..].ToArray();
        DType dtype = sequences.Length == 0 ? DType.Float32 : sequences[0].DType;
        Tensor made = Tensor.EmptyKept([indices.Length, longest, .. rest], dtype);
        long step = indices.Length * longest == 0 ? 0 : (long)made.Count / indices.Length / longest * dtype.Size();
        Tensor fill = Tensor.Full([longest, .. rest], padding, dtype);
        for (int i = 0; i < indices.Length; i++)
        {
            Tensor sequence = sequences[indices[i]];
            long used = sequence.Shape[0] * step, all = longest * step;
            Buffer.MemoryCopy(sequence.Pointer, made.Pointer + (i * all), used, used);
            Buffer.MemoryCopy(fill.Pointer, made.Pointer + (i * all) + used, all - used, all - used);
            GC.KeepAlive(sequence);
        }
        GC.KeepAlive(fill);
        GC.KeepAlive(made);
        return made;
    }

    private static Tensor[] Sequences(IReadOnlyList<Tensor> given, string name)
    {
        ArgumentNullException.ThrowIfNull(given, name);
        for (int i = 0; i < given.Count; i++)
        {
            Tensor first = given[0], other = given[i] ?? throw new ArgumentNullException(name);
            if (other.Rank < 1 || !other.Shape.Dims[1..].SequenceEqual(first.Shape.Dims[1..]))
                throw new ShapeException(
                    $"SequenceDataset: {name}[{i}] is {other.Shape} and {name}[0] is {first.Shape}; expected [T, ...] "
                    + "with the same sizes behind T.", other.Shape, first.Shape);
            if (other.DType != first.DType)
                throw new DTypeException(
                    $"SequenceDataset: {name}[{i}] is {other.DType.Text()} and {name}[0] is {first.DType.Text()}; "
                    + "expected the same.", other.DType, first.DType);
        }
        return [.. given.Select(s => s.IsContiguous ? s : s.Keep())];
    }
}
