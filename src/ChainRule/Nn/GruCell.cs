namespace ChainRule.Nn;

/// <summary>One step of a <see cref="Gru"/> of one layer.</summary>
/// <remarks>
/// Takes <c>[N, inputSize]</c> and the state before the step, gives the state after it, <c>[N, hiddenSize]</c>.
/// </remarks>
public sealed class GruCell : RecurrentCell
{
    /// <summary>A cell with fresh weights.</summary>
    /// <param name="inputSize">Numbers of the input, 1 or more.</param>
    /// <param name="hiddenSize">Units, 1 or more.</param>
    /// <param name="bias">Add biases.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public GruCell(int inputSize, int hiddenSize, bool bias = true, Rng? rng = null, DType dtype = DType.Float32)
        : base(3, inputSize, hiddenSize, bias, rng, dtype)
    {
    }

    /// <summary>The state after a step.</summary>
    /// <param name="x"><c>[N, inputSize]</c>.</param>
    /// <param name="state"><c>[N, hiddenSize]</c>: state before the step; zeros if null.</param>
    /// <returns><c>[N, hiddenSize]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="DTypeException">The types differ.</exception>
    public Tensor Forward(Tensor x, Tensor? state = null) => Traced(x, F.Gru(
        OneStep(x, state), Weights.WeightIh, Weights.WeightHh, Weights.BiasIh, Weights.BiasHh, state).Hidden);
}
