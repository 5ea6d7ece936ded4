namespace ChainRule.Nn;

/// <summary>
/// Sequences of different lengths in one padded tensor. Recurrent layers take it, and let nothing beyond a length have
/// an influence.
/// </summary>
/// <remarks>Stands for PyTorch's packed sequences: the samples may be in any order.</remarks>
/// <torch>torch.nn.utils.rnn.PackedSequence</torch>
public sealed class SequenceBatch
{
    /// <summary>Sequences that are padded already.</summary>
    /// <param name="data"><c>[N, T, ...]</c>: a sequence a sample, followed by anything.</param>
    /// <param name="lengths"><c>[N]</c> Int64 or Int32: how many steps of each are valid, 0 to T.</param>
    /// <exception cref="ShapeException">The data have fewer than two dimensions, or there is not one length a
    /// sample.</exception>
    /// <exception cref="DTypeException">The lengths are not Int64 or Int32.</exception>
    /// <exception cref="DataException">A length is below 0 or above T.</exception>
    public SequenceBatch(Tensor data, Tensor lengths)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Rank < 2)
            throw new ShapeException($"SequenceBatch: data must be [N, T, ...], got {data.Shape}.", data.Shape);
        Tensor dense = Ops.IndexTensor.Dense("SequenceBatch", "lengths", lengths);
        if (dense.Shape != [data.Shape[0]])
        {
            throw new ShapeException(
                $"SequenceBatch: lengths must be [{data.Shape[0]}] for {data.Shape}, got {lengths.Shape}.",
                lengths.Shape, data.Shape);
        }
        Ops.IndexTensor.Check(
            "SequenceBatch", "length", dense, data.Shape[1] + 1, $"sequences of {data.Shape[1]} steps");
        (Data, Lengths) = (data, dense);
    }

    private SequenceBatch(Tensor data, SequenceBatch like) => (Data, Lengths) = (data, like.Lengths);

    /// <summary>The numbers, <c>[N, T, ...]</c>.</summary>
    public Tensor Data { get; }

    /// <summary>How many steps of each sequence are valid, <c>[N]</c> Int64.</summary>
    public Tensor Lengths { get; }

    /// <summary>Where the steps are valid, <c>[N, T]</c> Bool: for means and losses over steps.</summary>
    public Tensor Mask => Lengths.Unsqueeze(1).Greater(Tensor.Arange(0, Data.Shape[1], dtype: DType.Int64));

    /// <summary>The valid steps of one sequence, <c>[length, ...]</c>; a view.</summary>
    /// <param name="sample">Which sequence.</param>
    /// <exception cref="ShapeException">There is no such sequence.</exception>
    public Tensor this[int sample] => Data[sample].Slice(0, 0, (int)Lengths[sample].Item());

    /// <summary>Puts sequences below each other, filled up with zeros to the longest.</summary>
    /// <param name="sequences"><c>[T_n, ...]</c> each, alike in type and in all but the first dimension.</param>
    /// <returns>The batch; gradients flow back to the sequences.</returns>
    /// <exception cref="ArgumentException">There are no sequences.</exception>
    /// <exception cref="ShapeException">A sequence has no dimension, or they do not fit together.</exception>
    /// <exception cref="DTypeException">The types differ.</exception>
    public static SequenceBatch Pad(IReadOnlyList<Tensor> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (sequences.Count == 0)
            throw new ArgumentException("SequenceBatch: there are no sequences to pad.", nameof(sequences));
        long[] lengths = new long[sequences.Count];
        for (int i = 0; i < lengths.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(sequences[i], nameof(sequences));
            if (sequences[i].Rank == 0)
                throw new ShapeException("SequenceBatch: a sequence must be [T, ...], got [].", sequences[i].Shape);
            lengths[i] = sequences[i].Shape[0];
        }
        int longest = (int)lengths.Max();
        Tensor data = Tensor.Stack([.. sequences.Select(s => Fill(s, longest))]);
        return new SequenceBatch(data, Tensor.From(lengths));
    }

    /// <summary>The same lengths with other data: what a layer that works step by step made of them.</summary>
    /// <param name="data"><c>[N, T, ...]</c> with the same N and T.</param>
    /// <returns>The batch.</returns>
    /// <exception cref="ShapeException">N or T differ.</exception>
    public SequenceBatch With(Tensor data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Rank < 2 || data.Shape[0] != Data.Shape[0] || data.Shape[1] != Data.Shape[1])
        {
            throw new ShapeException(
                $"SequenceBatch: data must be [{Data.Shape[0]}, {Data.Shape[1]}, ...], got {data.Shape}.", data.Shape,
                Data.Shape);
        }
        return new SequenceBatch(data, this);
    }

    private static Tensor Fill(Tensor sequence, int longest)
    {
        int missing = longest - sequence.Shape[0];
        if (missing == 0) return sequence;
        return Tensor.Concat([sequence, Tensor.Zeros([missing, .. sequence.Shape.Dims[1..]], sequence.DType)]);
    }
}
