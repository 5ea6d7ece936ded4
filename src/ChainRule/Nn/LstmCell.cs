namespace ChainRule.Nn;

/// <summary>One step of an <see cref="Lstm"/> of one layer.</summary>
/// <remarks>
/// Takes <c>[N, inputSize]</c> and the states before the step, gives the states after it, <c>[N, hiddenSize]</c> each.
/// </remarks>
public sealed class LstmCell : RecurrentCell
{
    /// <summary>A cell with fresh weights.</summary>
    /// <param name="inputSize">Numbers of the input, 1 or more.</param>
    /// <param name="hiddenSize">Units, 1 or more.</param>
    /// <param name="bias">Add biases.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public LstmCell(int inputSize, int hiddenSize, bool bias = true, Rng? rng = null, DType dtype = DType.Float32)
        : base(4, inputSize, hiddenSize, bias, rng, dtype)
    {
    }

    /// <summary>The states after a step.</summary>
    /// <param name="x"><c>[N, inputSize]</c>.</param>
    /// <param name="state">States before the step, <c>[N, hiddenSize]</c> each; zeros if null.</param>
    /// <returns>States <c>[N, hiddenSize]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="DTypeException">The types differ.</exception>
    public LstmState Forward(Tensor x, LstmState? state = null)
    {
        (_, Tensor hidden, Tensor cell) = F.Lstm(
            OneStep(x, state?.Hidden, state?.Cell), Weights.WeightIh, Weights.WeightHh, Weights.BiasIh, Weights.BiasHh,
            state?.Hidden, state?.Cell);
        return new LstmState(Traced(x, hidden), cell);
    }
}
