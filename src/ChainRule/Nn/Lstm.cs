namespace ChainRule.Nn;

/// <summary>
/// Long short-term memory, in layers and directions: i, f, o = sigmoid and g = tanh of W_ih x_t + b_ih + W_hh h_(t-1) +
/// b_hh, c_t = f c_(t-1) + i g, h_t = o tanh(c_t).
/// </summary>
/// <remarks>
/// Takes <c>[N, T, inputSize]</c>, gives the last layer's h_t of every step, <c>[N, T, directions * hiddenSize]</c>.
/// States are <c>[layers * directions, N, hiddenSize]</c>, in the order layer 0, layer 0 reversed, layer 1 and so on.
/// Source: Hochreiter and Schmidhuber, "Long short-term memory" (1997). Differs from PyTorch: D30 (batch first).
/// </remarks>
public sealed class Lstm : RecurrentLayer
{
    /// <summary>Layers with fresh weights.</summary>
    /// <param name="inputSize">Numbers of the input at each step, 1 or more.</param>
    /// <param name="hiddenSize">Units of each layer in each direction, 1 or more.</param>
    /// <param name="layers">Layers on top of each other, 1 or more.</param>
    /// <param name="bidirectional">Add units that read the sequence from its end.</param>
    /// <param name="dropout">Share of the numbers between two layers to drop while learning, in [0, 1].</param>
    /// <param name="bias">Add biases.</param>
    /// <param name="rng">Generator of start values and dropout; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the share outside [0, 1].</exception>
    public Lstm(
        int inputSize, int hiddenSize, int layers = 1, bool bidirectional = false, double dropout = 0, bool bias = true,
        Rng? rng = null, DType dtype = DType.Float32)
        : base(4, inputSize, hiddenSize, layers, bidirectional, dropout, bias, rng, dtype)
    {
    }

    /// <summary>Output and last states, from given first states.</summary>
    /// <param name="x"><c>[N, T, inputSize]</c>.</param>
    /// <param name="state">States before the first step; zeros if null.</param>
    /// <returns>Output <c>[N, T, directions * hiddenSize]</c>, and the states after the last step.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="DTypeException">The types differ.</exception>
    public (Tensor Output, LstmState State) Forward(Tensor x, LstmState? state) => Run(x, () => All(x, state, null));

    /// <summary>Output and last states of sequences of different lengths.</summary>
    /// <param name="x"><c>[N, T, inputSize]</c> and lengths.</param>
    /// <param name="state">States before the first step; zeros if null.</param>
    /// <returns>Output <c>[N, T, directions * hiddenSize]</c>, zeros beyond each length, and the states after each
    /// sequence's last step in its direction.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="DTypeException">The types differ.</exception>
    public (SequenceBatch Output, LstmState State) Forward(SequenceBatch x, LstmState? state = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        (Tensor output, LstmState last) = Run(x.Data, () => All(x.Data, state, x.Lengths));
        return (x.With(output), last);
    }

    private protected override (Tensor Output, Tensor Hidden, Tensor? Cell) Sweep(
        Tensor x, RecurrentWeights weights, Tensor? hidden, Tensor? cell, Tensor? lengths, bool reverse) =>
        F.Lstm(
            x, weights.WeightIh, weights.WeightHh, weights.BiasIh, weights.BiasHh, hidden, cell, lengths, reverse);

    private (Tensor Output, LstmState State) All(Tensor x, LstmState? state, Tensor? lengths)
    {
        (Tensor output, Tensor hidden, Tensor? cell) = RunLayers(x, state?.Hidden, state?.Cell, lengths);
        return (output, new LstmState(hidden, cell!));
    }
}
