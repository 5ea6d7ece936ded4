using System.Globalization;

namespace ChainRule.Nn;

/// <summary>
/// What <see cref="Rnn"/>, <see cref="Lstm"/> and <see cref="Gru"/> share: layers on top of each other, each in one or
/// two directions, with dropout between them.
/// </summary>
/// <remarks>
/// Parameters are named as in PyTorch: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, the same with _reverse for
/// the other direction, then l1 and so on. All start uniform in [-k, k) with k = 1 / sqrt(hiddenSize).
/// </remarks>
public abstract class RecurrentLayer : Layer
{
    private readonly RecurrentWeights[] _weights;
    private readonly Rng? _rng;

    private protected RecurrentLayer(
        int gates, int inputSize, int hiddenSize, int layers, bool bidirectional, double dropout, bool bias, Rng? rng,
        DType dtype)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(hiddenSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        NeedFloat(dtype);
        if (!(dropout >= 0 && dropout <= 1))
        {
            string given = dropout.ToString(CultureInfo.InvariantCulture);
            throw new ArgumentOutOfRangeException(
                nameof(dropout), $"{GetType().Name}: dropout must be in [0, 1], got {given}.");
        }
        (InputSize, HiddenSize, Layers, Bidirectional, Dropout) =
            (inputSize, hiddenSize, layers, bidirectional, dropout);
        rng ??= Init.NextRng();
        if (dropout > 0) _rng = AddGenerator("rng", rng.Split());
        _weights = new RecurrentWeights[layers * Directions];
        double bound = 1 / Math.Sqrt(hiddenSize);
        for (int i = 0; i < _weights.Length; i++)
        {
            int layer = i / Directions, inputs = layer == 0 ? inputSize : Directions * hiddenSize;
            string suffix = $"_l{layer}{(i % Directions == 1 ? "_reverse" : "")}";
            Parameter Add(string name, Shape shape) =>
                AddParameter(name + suffix, Init.Uniform(shape, bound, rng, dtype));
            _weights[i] = new RecurrentWeights(
                Add("weight_ih", [gates * hiddenSize, inputs]), Add("weight_hh", [gates * hiddenSize, hiddenSize]),
                bias ? Add("bias_ih", [gates * hiddenSize]) : null, bias ? Add("bias_hh", [gates * hiddenSize]) : null);
        }
    }

    /// <summary>Numbers of the input at each step.</summary>
    public int InputSize { get; }

    /// <summary>Units of each layer in each direction.</summary>
    public int HiddenSize { get; }

    /// <summary>Layers on top of each other.</summary>
    public int Layers { get; }

    /// <summary>True where a second set of units reads the sequence from its end.</summary>
    public bool Bidirectional { get; }

    /// <summary>Share of the numbers between two layers that is dropped while learning.</summary>
    public double Dropout { get; }

    /// <inheritdoc/>
    public override string Summary =>
        $"{GetType().Name} {InputSize} -> {HiddenSize}" + (Layers == 1 ? "" : $", {Layers} layers")
        + (Bidirectional ? ", bidirectional" : "")
        + (Dropout == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", dropout {Dropout}"))
        + (_weights[0].BiasIh is null ? ", no bias" : "");

    private int Directions => Bidirectional ? 2 : 1;

    /// <summary>The parameters of one layer in one direction.</summary>
    /// <param name="layer">Which layer, from 0.</param>
    /// <param name="reverse">The direction from the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer or direction.</exception>
    public RecurrentWeights Weights(int layer, bool reverse = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(layer, Layers);
        if (reverse && !Bidirectional)
            throw new ArgumentOutOfRangeException(
                nameof(reverse), $"{GetType().Name}: there is one direction; make the layer bidirectional.");
        return _weights[(layer * Directions) + (reverse ? 1 : 0)];
    }

    /// <summary>One layer in one direction.</summary>
    private protected abstract (Tensor Output, Tensor Hidden, Tensor? Cell) Sweep(
        Tensor x, RecurrentWeights weights, Tensor? hidden, Tensor? cell, Tensor? lengths, bool reverse);

    /// <summary>All layers in all directions.</summary>
    private protected (Tensor Output, Tensor Hidden, Tensor? Cell) RunLayers(
        Tensor x, Tensor? hidden, Tensor? cell, Tensor? lengths)
    {
        if (Expects(x) is { } expected)
            throw new ShapeException($"{GetType().Name}: expects {expected}, got {x.Shape}.", x.Shape);
        CheckState("hidden", hidden, x);
        CheckState("cell", cell, x);
        if (lengths is null) return RunSorted(x, hidden, cell, null);

        // The longest first: then no step works on samples that it has nothing of.
        long[] given = lengths.ToArray<long>();
        long[] places = [.. Enumerable.Range(0, given.Length).OrderByDescending(n => given[n]).Select(n => (long)n)];
        long[] back = new long[places.Length];
        for (int i = 0; i < back.Length; i++) back[places[i]] = i;
        Tensor order = Tensor.From(places), inverse = Tensor.From(back);
        (Tensor output, Tensor lastHidden, Tensor? lastCell) = RunSorted(
            x.IndexSelect(0, order), hidden?.IndexSelect(1, order), cell?.IndexSelect(1, order),
            lengths.IndexSelect(0, order));
        return (output.IndexSelect(0, inverse), lastHidden.IndexSelect(1, inverse), lastCell?.IndexSelect(1, inverse));
    }

    private (Tensor Output, Tensor Hidden, Tensor? Cell) RunSorted(
        Tensor x, Tensor? hidden, Tensor? cell, Tensor? lengths)
    {
        List<Tensor> hiddens = [], cells = [];
        for (int layer = 0; layer < Layers; layer++)
        {
            Tensor[] outputs = new Tensor[Directions];
            for (int direction = 0; direction < Directions; direction++)
            {
                int i = (layer * Directions) + direction;
                (outputs[direction], Tensor lastHidden, Tensor? lastCell) =
                    Sweep(x, _weights[i], hidden?[i], cell?[i], lengths, direction == 1);
                hiddens.Add(lastHidden);
                if (lastCell is not null) cells.Add(lastCell);
            }
            x = Between(outputs, last: layer == Layers - 1);
        }
        return (x, Together(hiddens), cells.Count == 0 ? null : Together(cells));
    }

    /// <inheritdoc/>
    protected internal sealed override long MultiplyAdds(Shape input, Shape output) =>
        (long)input[0] * input[1] * _weights.Sum(w => (long)w.WeightIh.Value.Count + w.WeightHh.Value.Count);

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x) => RunLayers(x, null, null, null).Output;

    /// <inheritdoc/>
    protected internal sealed override string? Expects(Tensor x) =>
        x.Rank != 3 || x.Shape[2] != InputSize ? $"[N, T, {InputSize}]" : null;

    // Outputs are views of time-major memory, in which the next layer reads: what is between stays in it.
    private Tensor Between(Tensor[] outputs, bool last)
    {
        bool drops = !last && IsTraining && Dropout > 0;
        if (outputs.Length == 1 && !drops) return outputs[0];
        Tensor y = outputs.Length == 1
            ? outputs[0].Transpose(0, 1)
            : Tensor.Concat([.. outputs.Select(o => o.Transpose(0, 1))], 2);
        if (drops) y = F.Dropout(y, Dropout, training: true, _rng);
        return y.Transpose(0, 1);
    }

    private static Tensor Together(List<Tensor> states) =>
        states.Count == 1 ? states[0].Unsqueeze(0) : Tensor.Stack([.. states]);

    private void CheckState(string name, Tensor? state, Tensor x)
    {
        if (state is null) return;
        Shape expected = [Layers * Directions, x.Shape[0], HiddenSize];
        if (state.Shape != expected)
            throw new ShapeException(
                $"{GetType().Name}: {name} must be {expected} for an input of {x.Shape}, got {state.Shape}.",
                state.Shape, x.Shape);
    }
}
