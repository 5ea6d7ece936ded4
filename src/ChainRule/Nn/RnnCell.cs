namespace ChainRule.Nn;

/// <summary>One step of an <see cref="Rnn"/> of one layer.</summary>
/// <remarks>
/// Takes <c>[N, inputSize]</c> and the state before the step, gives the state after it, <c>[N, hiddenSize]</c>.
/// </remarks>
public sealed class RnnCell : RecurrentCell
{
    /// <summary>A cell with fresh weights.</summary>
    /// <param name="inputSize">Numbers of the input, 1 or more.</param>
    /// <param name="hiddenSize">Units, 1 or more.</param>
    /// <param name="activation">What is applied to the sum of the affine maps.</param>
    /// <param name="bias">Add biases.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public RnnCell(
        int inputSize, int hiddenSize, RnnActivation activation = RnnActivation.Tanh, bool bias = true,
        Rng? rng = null, DType dtype = DType.Float32)
        : base(1, inputSize, hiddenSize, bias, rng, dtype) => Activation = Rnn.Known(activation, nameof(RnnCell));

    /// <summary>What is applied to the sum of the affine maps.</summary>
    public RnnActivation Activation { get; }

    /// <inheritdoc/>
    public override string Summary => base.Summary + (Activation == RnnActivation.Relu ? ", relu" : "");

    /// <summary>The state after a step.</summary>
    /// <param name="x"><c>[N, inputSize]</c>.</param>
    /// <param name="state"><c>[N, hiddenSize]</c>: state before the step; zeros if null.</param>
    /// <returns><c>[N, hiddenSize]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="DTypeException">The types differ.</exception>
    public Tensor Forward(Tensor x, Tensor? state = null) => Traced(x, F.Rnn(
        OneStep(x, state), Weights.WeightIh, Weights.WeightHh, Weights.BiasIh, Weights.BiasHh, state,
        activation: Activation).Hidden);
}
