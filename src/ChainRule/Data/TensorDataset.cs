namespace ChainRule.Data;

/// <summary>Samples that lie in two tensors, input and target, one sample after the other.</summary>
/// <remarks>
/// Types are kept: pictures in UInt8 stay so in memory and are turned to floats batch by batch by a transform.
/// </remarks>
public sealed unsafe class TensorDataset : Dataset
{
    private bool _heldOut;

    /// <summary>A data set over the two tensors; they are not copied when they lie without gaps.</summary>
    /// <param name="inputs"><c>[N, ...]</c> any dtype.</param>
    /// <param name="targets"><c>[N, ...]</c> any dtype.</param>
    /// <exception cref="ShapeException">The first dimensions differ, or a tensor has none.</exception>
    public TensorDataset(Tensor inputs, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (inputs.Rank < 1 || targets.Rank < 1 || inputs.Shape[0] != targets.Shape[0])
            throw new ShapeException($"TensorDataset: inputs {inputs.Shape} and targets {targets.Shape}; "
                + "expected [N, ...] for both with the same N.", inputs.Shape, targets.Shape);
        Inputs = inputs.IsContiguous ? inputs : inputs.Keep();
        Targets = targets.IsContiguous ? targets : targets.Keep();
    }

    /// <summary><c>[N, ...]</c> inputs of all samples.</summary>
    public Tensor Inputs { get; }

    /// <summary><c>[N, ...]</c> targets of all samples.</summary>
    public Tensor Targets { get; }

    /// <summary><c>[N]</c> where each sample comes from, for errors; null where that is not known.</summary>
    public IReadOnlyList<SampleFile>? Files { get; init; }

    /// <inheritdoc/>
    public override int Count => Inputs.Shape[0];

    /// <inheritdoc/>
    public override SampleFile? FileOf(int sample) => Files?[sample];

    internal override bool IsHeldOut => _heldOut;

    /// <inheritdoc/>
    public override Batch Get(ReadOnlySpan<int> indices)
    {
        CheckIndices(indices);
        return new Batch(Gather(Inputs, indices), Gather(Targets, indices), indices.ToArray());
    }

    /// <summary>The same samples, to choose by or to measure on.</summary>
    internal TensorDataset HeldOut() => new(Inputs, Targets) { Files = Files, _heldOut = true };

    internal static Tensor Gather(Tensor all, ReadOnlySpan<int> indices)
    {
        int[] dims = all.Shape.Dims.ToArray();
        dims[0] = indices.Length;
        var made = Tensor.EmptyKept(dims, all.DType);
        long bytes = all.Shape[0] == 0 ? 0 : (long)all.Count / all.Shape[0] * all.DType.Size();
        byte* from = all.Pointer, to = made.Pointer;
        for (int i = 0; i < indices.Length; i++)
            Buffer.MemoryCopy(from + indices[i] * bytes, to + i * bytes, bytes, bytes);
        GC.KeepAlive(all);
        GC.KeepAlive(made);
        return made;
    }
}
