namespace ChainRule.Nn;

/// <summary>
/// A module from sequences of different lengths to one tensor: what a trainer gives padded batches with their lengths.
/// </summary>
/// <remarks><code>
/// sealed class Reader : SequenceLayer
/// {
///     private readonly Lstm _lstm;
///     private readonly Linear _head;
///
///     public Reader()
///     {
///         _lstm = AddModule("lstm", new Lstm(8, 32));
///         _head = AddModule("head", new Linear(32, 2));
///     }
///
///     protected override Tensor ForwardCore(SequenceBatch x) => _head.Forward(_lstm.Forward(x).State.Hidden[^1]);
/// }
/// </code></remarks>
public abstract class SequenceLayer : Layer
{
    /// <summary>
    /// Result of the layer for sequences of different lengths. What the layer does is in
    /// <see cref="ForwardCore(SequenceBatch)"/>; errors name the layer's path.
    /// </summary>
    /// <param name="x"><c>[N, T, ...]</c> and lengths.</param>
    /// <returns>Shape as the layer documents.</returns>
    public Tensor Forward(SequenceBatch x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Run(x.Data, () => ForwardCore(x));
    }

    /// <summary>What the layer computes.</summary>
    /// <param name="x"><c>[N, T, ...]</c> and lengths.</param>
    /// <returns>Output.</returns>
    protected abstract Tensor ForwardCore(SequenceBatch x);

    /// <summary>Takes every step of <c>[N, T, ...]</c> as valid.</summary>
    protected sealed override Tensor ForwardCore(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank < 2) throw new ShapeException($"{Summary}: x must be [N, T, ...], got {x.Shape}.", x.Shape);
        return ForwardCore(new SequenceBatch(x, Tensor.Full([x.Shape[0]], x.Shape[1], DType.Int64)));
    }
}
