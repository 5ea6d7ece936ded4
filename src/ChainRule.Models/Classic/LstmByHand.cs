using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>What every gate of an LSTM did at every step, <c>[T, hidden]</c> each.</summary>
/// <param name="F">Forget gate: the share of the cell that is kept.</param>
/// <param name="I">Input gate: the share of the proposal that is taken in.</param>
/// <param name="G">The proposal, between -1 and 1.</param>
/// <param name="O">Output gate: the share of the cell that is shown.</param>
/// <param name="C">The cell after the step.</param>
/// <param name="H">The hidden state after the step.</param>
public sealed record LstmTrace(Tensor F, Tensor I, Tensor G, Tensor O, Tensor C, Tensor H);

/// <summary>
/// The LSTM as it stands on the blackboard: one sequence, step by step, with a weight of its own for every gate that
/// acts on [h, x], the hidden state before the input, and every gate of every step to be looked at.
/// </summary>
/// <remarks>
/// f = sigmoid(Wf [h, x] + bf), i = sigmoid(Wi [h, x] + bi), g = tanh(Wg [h, x] + bg), o = sigmoid(Wo [h, x] + bo),
/// c = f c + i g, h = o tanh(c). Differentiable by all it is given: back-propagation through time. To train, take
/// <see cref="Lstm"/>, which computes the same far faster. Source: Hochreiter and Schmidhuber, "Long
/// short-term memory" (1997); Gers, Schmidhuber and Cummins, "Learning to forget" (2000).
/// <code>
/// var lstm = LstmByHand.Of(cell);                          // the weights of a trained LstmCell
/// LstmTrace trace = lstm.Run(sequence);
/// Console.WriteLine(trace.F);                              // what was forgotten when
/// </code>
/// </remarks>
public sealed class LstmByHand
{
    /// <summary>An LSTM of given weights.</summary>
    /// <param name="wf"><c>[hidden, hidden + inputs]</c>: weight of the forget gate.</param>
    /// <param name="wi">The same of the input gate.</param>
    /// <param name="wg">The same of the proposal.</param>
    /// <param name="wo">The same of the output gate.</param>
    /// <param name="bf"><c>[hidden]</c>: bias of the forget gate.</param>
    /// <param name="bi">The same of the input gate.</param>
    /// <param name="bg">The same of the proposal.</param>
    /// <param name="bo">The same of the output gate.</param>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public LstmByHand(Tensor wf, Tensor wi, Tensor wg, Tensor wo, Tensor bf, Tensor bi, Tensor bg, Tensor bo)
    {
        HandGates.Check("LstmByHand", (wf, bf), (wi, bi), (wg, bg), (wo, bo));
        (Wf, Wi, Wg, Wo, Bf, Bi, Bg, Bo) = (wf, wi, wg, wo, bf, bi, bg, bo);
    }

    /// <summary>Weight of the forget gate, <c>[hidden, hidden + inputs]</c>.</summary>
    public Tensor Wf { get; }

    /// <summary>Weight of the input gate, <c>[hidden, hidden + inputs]</c>.</summary>
    public Tensor Wi { get; }

    /// <summary>Weight of the proposal, <c>[hidden, hidden + inputs]</c>.</summary>
    public Tensor Wg { get; }

    /// <summary>Weight of the output gate, <c>[hidden, hidden + inputs]</c>.</summary>
    public Tensor Wo { get; }

    /// <summary>Bias of the forget gate, <c>[hidden]</c>.</summary>
    public Tensor Bf { get; }

    /// <summary>Bias of the input gate, <c>[hidden]</c>.</summary>
    public Tensor Bi { get; }

    /// <summary>Bias of the proposal, <c>[hidden]</c>.</summary>
    public Tensor Bg { get; }

    /// <summary>Bias of the output gate, <c>[hidden]</c>.</summary>
    public Tensor Bo { get; }

    /// <summary>The weights of a layer's cell, taken apart by gates.</summary>
    /// <param name="cell">The cell; its weights are shared in the graph, so that gradients reach them.</param>
    /// <returns>An LSTM that computes the same.</returns>
    public static LstmByHand Of(LstmCell cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        RecurrentWeights w = cell.Weights;
        // Rows in PyTorch's order of gates: i, f, g, o; columns there in two matrices, here hidden first.
        var weights = Tensor.Concat([w.WeightHh.Value, w.WeightIh.Value], 1).Split(cell.HiddenSize, 0);
        Tensor bias = w.BiasIh is { } a && w.BiasHh is { } b
            ? a.Value + b.Value
            : Tensor.Zeros([4 * cell.HiddenSize], w.WeightHh.Value.DType);
        var biases = bias.Split(cell.HiddenSize, 0);
        return new(
            weights[1], weights[0], weights[2], weights[3], biases[1], biases[0], biases[2], biases[3]);
    }

    /// <summary>Reads a sequence.</summary>
    /// <param name="x"><c>[T, inputs]</c> in the type of the weights, T 1 or more: the sequence.</param>
    /// <param name="h0"><c>[hidden]</c>: hidden state before it; zeros if null.</param>
    /// <param name="c0"><c>[hidden]</c>: cell before it; zeros if null.</param>
    /// <returns>Gates and states of every step.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public LstmTrace Run(Tensor x, Tensor? h0 = null, Tensor? c0 = null)
    {
        Tensor h = HandGates.Start("LstmByHand", h0, Wf, nameof(h0));
        Tensor c = HandGates.Start("LstmByHand", c0, Wf, nameof(c0));
        List<Tensor> fs = [], @is = [], gs = [], os = [], cs = [], hs = [];
        foreach (Tensor now in HandGates.Steps("LstmByHand", x, Wf))
        {
            Tensor hx = Tensor.Concat([h, now], 0);
            Tensor f = (Wf.MatMul(hx) + Bf).Sigmoid(), i = (Wi.MatMul(hx) + Bi).Sigmoid();
            Tensor g = (Wg.MatMul(hx) + Bg).Tanh(), o = (Wo.MatMul(hx) + Bo).Sigmoid();
            c = (f * c) + (i * g);
            h = o * c.Tanh();
            fs.Add(f);
            @is.Add(i);
            gs.Add(g);
            os.Add(o);
            cs.Add(c);
            hs.Add(h);
        }
        return new(
            Tensor.Stack(fs), Tensor.Stack(@is), Tensor.Stack(gs), Tensor.Stack(os), Tensor.Stack(cs),
            Tensor.Stack(hs));
    }
}
