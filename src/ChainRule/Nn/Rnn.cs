namespace ChainRule.Nn;

/// <summary>
/// Simple recurrent network, in layers and directions: h_t = f(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh).
/// </summary>
/// <remarks>
/// Takes <c>[N, T, inputSize]</c>, gives the last layer's h_t of every step, <c>[N, T, directions * hiddenSize]</c>.
/// States are <c>[layers * directions, N, hiddenSize]</c>, in the order layer 0, layer 0 reversed, layer 1 and so on.
/// Source: Elman, "Finding structure in time" (1990). Differs from PyTorch: D30 (batch first).
/// </remarks>
public sealed class Rnn : RecurrentLayer
{
    /// <summary>Layers with fresh weights.</summary>
    /// <param name="inputSize">Numbers of the input at each step, 1 or more.</param>
    /// <param name="hiddenSize">Units of each layer in each direction, 1 or more.</param>
    /// <param name="layers">Layers on top of each other, 1 or more.</param>
    /// <param name="bidirectional">Add units that read the sequence from its end.</param>
    /// <param name="dropout">Share of the numbers between two layers to drop while learning, in [0, 1].</param>
    /// <param name="activation">The function f.</param>
    /// <param name="bias">Add biases.</param>
    /// <param name="rng">Generator of start values and dropout; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the share outside [0, 1].</exception>
    public Rnn(
        int inputSize, int hiddenSize, int layers = 1, bool bidirectional = false, double dropout = 0,
        RnnActivation activation = RnnActivation.Tanh, bool bias = true, Rng? rng = null, DType dtype = DType.Float32)
        : base(1, inputSize, hiddenSize, layers, bidirectional, dropout, bias, rng, dtype) =>
        Activation = Known(activation, nameof(Rnn));

    /// <summary>The function f.</summary>
    public RnnActivation Activation { get; }

    /// <inheritdoc/>
    public override string Summary => base.Summary + (Activation == RnnActivation.Relu ? ", relu" : "");

    /// <summary>Output and last states, from given first states.</summary>
    /// <param name="x"><c>[N, T, inputSize]</c>.</param>
    /// <param name="state"><c>[layers * directions, N, hiddenSize]</c>: states before the first step; zeros if
    /// null.</param>
    /// <returns>Output <c>[N, T, directions * hiddenSize]</c>, and the states after the last step.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="DTypeException">The types differ.</exception>
    public (Tensor Output, Tensor State) Forward(Tensor x, Tensor? state) => Run(x, () => All(x, state, null));

    /// <summary>Output and last states of sequences of different lengths.</summary>
    /// <param name="x"><c>[N, T, inputSize]</c> and lengths.</param>
    /// <param name="state"><c>[layers * directions, N, hiddenSize]</c>: states before the first step; zeros if
    /// null.</param>
    /// <returns>Output <c>[N, T, directions * hiddenSize]</c>, zeros beyond each length, and the states after each
    /// sequence's last step in its direction.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="DTypeException">The types differ.</exception>
    public (SequenceBatch Output, Tensor State) Forward(SequenceBatch x, Tensor? state = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        (Tensor output, Tensor last) = Run(x.Data, () => All(x.Data, state, x.Lengths));
        return (x.With(output), last);
    }

    private protected override (Tensor Output, Tensor Hidden, Tensor? Cell) Sweep(
        Tensor x, RecurrentWeights weights, Tensor? hidden, Tensor? cell, Tensor? lengths, bool reverse)
    {
        (Tensor output, Tensor last) = F.Rnn(
            x, weights.WeightIh, weights.WeightHh, weights.BiasIh, weights.BiasHh, hidden, lengths, reverse,
            Activation);
        return (output, last, null);
    }

    private (Tensor Output, Tensor State) All(Tensor x, Tensor? state, Tensor? lengths)
    {
        (Tensor output, Tensor hidden, _) = RunLayers(x, state, null, lengths);
        return (output, hidden);
    }

    internal static RnnActivation Known(RnnActivation activation, string layer) => Enum.IsDefined(activation)
        ? activation
        : throw new ArgumentOutOfRangeException(
            nameof(activation), $"{layer}: activation must be Tanh or Relu, got {activation}.");
}
