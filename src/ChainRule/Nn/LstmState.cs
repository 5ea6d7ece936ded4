namespace ChainRule.Nn;

/// <summary>States of an LSTM between two steps.</summary>
/// <param name="Hidden">Hidden states: <c>[layers * directions, N, hiddenSize]</c> of an <see cref="Lstm"/>,
/// <c>[N, hiddenSize]</c> of an <see cref="LstmCell"/>.</param>
/// <param name="Cell">Cell states, of the same shape.</param>
public sealed record LstmState(Tensor Hidden, Tensor Cell)
{
    /// <summary>The states cut off from the graph that computed them, and lasting beyond the open step: to carry over
    /// to the next part of a long sequence.</summary>
    public LstmState Detach() => new(Hidden.Detach(), Cell.Detach());
}
