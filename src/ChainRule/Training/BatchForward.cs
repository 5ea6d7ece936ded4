using ChainRule.Data;
using ChainRule.Nn;

namespace ChainRule.Training;

/// <summary>Gives a batch to a model.</summary>
public static class BatchForward
{
    /// <summary>
    /// The model's output for a batch. A <see cref="SequenceLayer"/> gets padded samples with their lengths; any other
    /// model gets the input as it is.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">The batch.</param>
    /// <returns><c>[N, ...]</c> as the model documents.</returns>
    public static Tensor Forward(this Layer model, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batch);
        return model is SequenceLayer reader && batch.Sequences is { } sequences
            ? reader.Forward(sequences) : model.Forward(batch.Input);
    }
}
