using ChainRule.Nn;

namespace ChainRule.Data;

/// <summary>Some samples of a data set together: what a network takes in one step.</summary>
public sealed class Batch
{
    /// <summary>A batch of tensors whose first dimension counts the samples.</summary>
    /// <param name="input"><c>[N, ...]</c> any dtype.</param>
    /// <param name="target"><c>[N, ...]</c> any dtype.</param>
    /// <param name="indices"><c>[N]</c> the samples' places in the data set.</param>
    /// <param name="lengths">
    /// <c>[N]</c> Int64 or Int32: valid steps of each sample where the input is <c>[N, T, ...]</c> and padded; null
    /// where nothing is.
    /// </param>
    /// <exception cref="ShapeException">The first dimensions are not N.</exception>
    /// <exception cref="DTypeException">The lengths are not Int64 or Int32.</exception>
    /// <exception cref="DataException">A length is below 0 or above T.</exception>
    public Batch(Tensor input, Tensor target, int[] indices, Tensor? lengths = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(indices);
        if (input.Rank < 1 || target.Rank < 1 || input.Shape[0] != indices.Length || target.Shape[0] != indices.Length)
            throw new ShapeException($"Batch: input {input.Shape} and target {target.Shape} for {indices.Length} "
                + $"samples; expected [{indices.Length}, ...] for both.", input.Shape, target.Shape);
        (Input, Target, _indices) = (input, target, indices);
        if (lengths is not null) Sequences = new SequenceBatch(input, lengths);
    }

    private readonly int[] _indices;

    /// <summary><c>[N, ...]</c> what the network is given.</summary>
    public Tensor Input { get; }

    /// <summary><c>[N, ...]</c> what it should answer: class indices <c>[N]</c> int64, or numbers.</summary>
    public Tensor Target { get; }

    /// <summary>
    /// The input with the length of each sample, and the mask of its valid steps; null where samples are not padded.
    /// </summary>
    public SequenceBatch? Sequences { get; }

    /// <summary><c>[N]</c> the samples' places in the data set.</summary>
    public IReadOnlyList<int> Indices => _indices;

    /// <summary>Number of samples N.</summary>
    public int Count => _indices.Length;

    /// <summary>Takes the batch apart: <c>foreach (var (x, y) in loader)</c>.</summary>
    /// <param name="input"><c>[N, ...]</c> what the network is given.</param>
    /// <param name="target"><c>[N, ...]</c> what it should answer.</param>
    public void Deconstruct(out Tensor input, out Tensor target) => (input, target) = (Input, Target);

    internal Batch WithInput(Tensor input) => new(input, Target, _indices, Sequences?.Lengths);

    internal Batch WithIndices(int[] indices) => new(Input, Target, indices, Sequences?.Lengths);

    /// <summary>The first samples; views.</summary>
    internal Batch Take(int count) =>
        new(Input[..count], Target[..count], _indices[..count], Sequences?.Lengths[..count]);
}
