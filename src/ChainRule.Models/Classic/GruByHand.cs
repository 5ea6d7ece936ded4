namespace ChainRule.Models;

/// <summary>What every gate of a GRU did at every step, <c>[T, hidden]</c> each.</summary>
/// <param name="Z">Update gate: the share of the state that is replaced.</param>
/// <param name="R">Reset gate: the share of the state that the proposal sees.</param>
/// <param name="N">The proposal, between -1 and 1.</param>
/// <param name="H">The state after the step.</param>
public sealed record GruTrace(Tensor Z, Tensor R, Tensor N, Tensor H);

/// <summary>
/// The GRU as it stands on the blackboard: one sequence, step by step, with a weight of its own for every gate that
/// acts on [h, x], the state before the input, and every gate of every step to be looked at.
/// </summary>
/// <remarks>
/// z = sigmoid(Wz [h, x] + bz), r = sigmoid(Wr [h, x] + br), n = tanh(Wn [r h, x] + bn), h = (1 - z) h + z n.
/// Differentiable by all it is given: back-propagation through time. Another network than
/// <see cref="ChainRule.Nn.Gru"/>, which resets the state behind the matrix product and takes z for what is kept.
/// Source: Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014).
/// <code>
/// GruTrace trace = new GruByHand(wz, wr, wn, bz, br, bn).Run(sequence);
/// Console.WriteLine(trace.Z);                              // what was renewed when
/// </code>
/// </remarks>
public sealed class GruByHand
{
    /// <summary>A GRU of given weights.</summary>
    /// <param name="wz"><c>[hidden, hidden + inputs]</c>: weight of the update gate.</param>
    /// <param name="wr">The same of the reset gate.</param>
    /// <param name="wn">The same of the proposal.</param>
    /// <param name="bz"><c>[hidden]</c>: bias of the update gate.</param>
    /// <param name="br">The same of the reset gate.</param>
    /// <param name="bn">The same of the proposal.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public GruByHand(Tensor wz, Tensor wr, Tensor wn, Tensor bz, Tensor br, Tensor bn)
    {
        HandGates.Check("GruByHand", (wz, bz), (wr, br), (wn, bn));
        (Wz, Wr, Wn, Bz, Br, Bn) = (wz, wr, wn, bz, br, bn);
    }

    /// <summary>Weight of the update gate, <c>[hidden, hidden + inputs]</c>.</summary>
    public Tensor Wz { get; }

    /// <summary>Weight of the reset gate, <c>[hidden, hidden + inputs]</c>.</summary>
    public Tensor Wr { get; }

    /// <summary>Weight of the proposal, <c>[hidden, hidden + inputs]</c>.</summary>
    public Tensor Wn { get; }

    /// <summary>Bias of the update gate, <c>[hidden]</c>.</summary>
    public Tensor Bz { get; }

    /// <summary>Bias of the reset gate, <c>[hidden]</c>.</summary>
    public Tensor Br { get; }

    /// <summary>Bias of the proposal, <c>[hidden]</c>.</summary>
    public Tensor Bn { get; }

    /// <summary>Reads a sequence.</summary>
    /// <param name="x"><c>[T, inputs]</c> in the type of the weights, T 1 or more: the sequence.</param>
    /// <param name="h0"><c>[hidden]</c>: state before it; zeros if null.</param>
    /// <returns>Gates and states of every step.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public GruTrace Run(Tensor x, Tensor? h0 = null)
    {
        Tensor h = HandGates.Start("GruByHand", h0, Wz, nameof(h0));
        List<Tensor> zs = [], rs = [], ns = [], hs = [];
        foreach (Tensor now in HandGates.Steps("GruByHand", x, Wz))
        {
            Tensor hx = Tensor.Concat([h, now], 0);
            Tensor z = (Wz.MatMul(hx) + Bz).Sigmoid(), r = (Wr.MatMul(hx) + Br).Sigmoid();
            Tensor n = (Wn.MatMul(Tensor.Concat([r * h, now], 0)) + Bn).Tanh();
            h = ((1 - z) * h) + (z * n);
            zs.Add(z);
            rs.Add(r);
            ns.Add(n);
            hs.Add(h);
        }
        return new(Tensor.Stack(zs), Tensor.Stack(rs), Tensor.Stack(ns), Tensor.Stack(hs));
    }
}
