namespace ChainRule.Nn;

/// <summary>
/// What <see cref="RnnCell"/>, <see cref="LstmCell"/> and <see cref="GruCell"/> share: the parameters of one step, for
/// loops over time written by hand.
/// </summary>
/// <remarks>
/// Parameters are named as in PyTorch, weight_ih, weight_hh, bias_ih and bias_hh, and start uniform in [-k, k) with
/// k = 1 / sqrt(hiddenSize). Whole sequences are faster through <see cref="Rnn"/>, <see cref="Lstm"/> and
/// <see cref="Gru"/>.
/// </remarks>
public abstract class RecurrentCell : Module
{
    private protected RecurrentCell(int gates, int inputSize, int hiddenSize, bool bias, Rng? rng, DType dtype)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(hiddenSize, 1);
        NeedFloat(dtype);
        (InputSize, HiddenSize) = (inputSize, hiddenSize);
        rng ??= Init.NextRng();
        double bound = 1 / Math.Sqrt(hiddenSize);
        Parameter Add(string name, Shape shape) => AddParameter(name, Init.Uniform(shape, bound, rng, dtype));
        Weights = new RecurrentWeights(
            Add("weight_ih", [gates * hiddenSize, inputSize]), Add("weight_hh", [gates * hiddenSize, hiddenSize]),
            bias ? Add("bias_ih", [gates * hiddenSize]) : null, bias ? Add("bias_hh", [gates * hiddenSize]) : null);
    }

    /// <summary>Numbers of the input.</summary>
    public int InputSize { get; }

    /// <summary>Units.</summary>
    public int HiddenSize { get; }

    /// <summary>The parameters.</summary>
    public RecurrentWeights Weights { get; }

    /// <inheritdoc/>
    public override string Summary =>
        $"{GetType().Name} {InputSize} -> {HiddenSize}{(Weights.BiasIh is null ? ", no bias" : "")}";

    /// <inheritdoc/>
    protected internal sealed override long MultiplyAdds(Shape input, Shape output) =>
        input[0] * ((long)Weights.WeightIh.Value.Count + Weights.WeightHh.Value.Count);

    /// <summary>The state after a step, for a trace to see.</summary>
    private protected Tensor Traced(Tensor x, Tensor hidden)
    {
        ForwardTrace.Current?.Note(this, x, hidden);
        return hidden;
    }

    /// <summary>The input as a sequence of one step.</summary>
    private protected Tensor OneStep(Tensor x, Tensor? hidden, Tensor? cell = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank != 2 || x.Shape[1] != InputSize)
            throw new ShapeException($"{GetType().Name}: expects [N, {InputSize}], got {x.Shape}.", x.Shape);
        CheckType(x, nameof(x));
        CheckState(hidden, nameof(hidden), x);
        CheckState(cell, nameof(cell), x);
        return x.Unsqueeze(1);
    }

    private void CheckState(Tensor? state, string name, Tensor x)
    {
        if (state is null) return;
        Shape expected = [x.Shape[0], HiddenSize];
        if (state.Shape != expected)
        {
            throw new ShapeException(
                $"{GetType().Name}: {name} must be {expected} for an input of {x.Shape}, got {state.Shape}.",
                state.Shape, x.Shape);
        }
        CheckType(state, name);
    }

    private void CheckType(Tensor t, string name)
    {
        DType expected = Weights.WeightIh.Value.DType;
        if (t.DType == expected) return;
        throw new DTypeException(
            $"{GetType().Name}: {name} is {t.DType.Text()}; expected {expected.Text()}, the type of the weights.",
            t.DType, expected);
    }
}
