using System.Globalization;
using System.Text;

namespace ChainRule.Models;

/// <summary>
/// A computation whose intermediate results have names, to look at each value and at the derivative of the last node by
/// it: the chain rule, node by node.
/// </summary>
/// <remarks>
/// <code>
/// var circuit = new Circuit();
/// Tensor x = circuit.Input("x", Tensor.Scalar(-2)), y = circuit.Input("y", Tensor.Scalar(5));
/// Tensor q = circuit.Node("q", x + y);
/// circuit.Node("f", q * circuit.Input("z", Tensor.Scalar(-4)));
/// Console.WriteLine(circuit.Derivative("q").Item());       // df/dq = z = -4
/// </code>
/// </remarks>
public sealed class Circuit
{
    private readonly List<(string Name, Tensor Value)> _nodes = [];
    private Tensor[]? _derivatives;

    /// <summary>Names of inputs and nodes, in the order they were added.</summary>
    public IReadOnlyList<string> Names => [.. _nodes.Select(n => n.Name)];

    /// <summary>f = (x + y) z, with node q = x + y.</summary>
    /// <param name="x"><c>[]</c> float32 or float64.</param>
    /// <param name="y"><c>[]</c>, type of <paramref name="x"/>.</param>
    /// <param name="z"><c>[]</c>, type of <paramref name="x"/>.</param>
    /// <returns>The circuit with nodes x, y, z, q, f.</returns>
    public static Circuit Product(Tensor x, Tensor y, Tensor z)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(z);
        ClassicInput.SameType("Circuit", y, nameof(y), x.DType, nameof(x));
        ClassicInput.SameType("Circuit", z, nameof(z), x.DType, nameof(x));
        Circuit circuit = new();
        Tensor a = circuit.Input("x", x), b = circuit.Input("y", y), c = circuit.Input("z", z);
        circuit.Node("f", circuit.Node("q", a + b) * c);
        return circuit;
    }

    /// <summary>
    /// A neuron, f = 1 / (1 + exp(-(w0 x0 + w1 x1 + w2))), as a chain of elementary nodes: a0 = w0 x0, a1 = w1 x1,
    /// s = a0 + a1, t = s + w2, n = -t, e = exp(n), d = 1 + e, f = 1 / d.
    /// </summary>
    /// <param name="w"><c>[3]</c> float32 or float64: two weights and the bias.</param>
    /// <param name="x"><c>[2]</c>, type of <paramref name="w"/>.</param>
    /// <returns>The circuit with nodes w, x and those above.</returns>
    /// <exception cref="ShapeException">The sizes are others.</exception>
    public static Circuit SigmoidNeuron(Tensor w, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(w);
        ArgumentNullException.ThrowIfNull(x);
        if (w.Shape != [3] || x.Shape != [2])
        {
            throw new ShapeException(
                $"Circuit: a neuron expects w [3] and x [2], got {w.Shape} and {x.Shape}.", w.Shape, x.Shape);
        }
        ClassicInput.SameType("Circuit", x, nameof(x), w.DType, nameof(w));
        Circuit circuit = new();
        Tensor v = circuit.Input("w", w), u = circuit.Input("x", x);
        Tensor a0 = circuit.Node("a0", v[0] * u[0]), a1 = circuit.Node("a1", v[1] * u[1]);
        Tensor t = circuit.Node("t", circuit.Node("s", a0 + a1) + v[2]), n = circuit.Node("n", -t);
        Tensor d = circuit.Node("d", 1 + circuit.Node("e", n.Exp()));
        circuit.Node("f", 1 / d);
        return circuit;
    }

    /// <summary>Adds an input.</summary>
    /// <param name="name">Name, not yet used.</param>
    /// <param name="value"><c>...</c> float32 or float64; copied.</param>
    /// <returns>The input, to compute with: <c>*</c>.</returns>
    /// <exception cref="ArgumentException">The name is used already.</exception>
    /// <exception cref="DTypeException">The value is not float32 or float64.</exception>
    public Tensor Input(string name, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        ClassicInput.NeedFloat("Circuit", value, $"input '{name}'");
        Tensor leaf = value.Detach();
        leaf.RequiresGrad = true;
        return Add(name, leaf);
    }

    /// <summary>Adds a node.</summary>
    /// <param name="name">Name, not yet used.</param>
    /// <param name="value"><c>...</c>: computed from inputs or nodes.</param>
    /// <returns>The value itself, to compute on with.</returns>
    /// <exception cref="ArgumentException">The name is used already, or the value depends on no input.</exception>
    public Tensor Node(string name, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.RequiresGrad ? Add(name, value) : throw new ArgumentException(
            $"Circuit: node '{name}' depends on no input of the circuit.", nameof(value));
    }

    /// <summary>The value of an input or node.</summary>
    /// <param name="name">Its name.</param>
    /// <returns><c>*</c>: as it was added.</returns>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public Tensor Value(string name) => _nodes[Index(name)].Value;

    /// <summary>The derivative of the last node added by an input or node.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Shape and dtype of that input or node.</returns>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    /// <exception cref="ShapeException">The last node has more than one element.</exception>
    public Tensor Derivative(string name)
    {
        int index = Index(name);
        _derivatives ??= Autograd.Grad(_nodes[^1].Value, [.. _nodes.Select(n => n.Value)], retainGraph: true);
        return _derivatives[index];
    }

    /// <summary>A line for each input and node: name, value, derivative of the last node by it.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        int width = _nodes.Count == 0 ? 0 : _nodes.Max(n => n.Name.Length);
        foreach ((string name, Tensor value) in _nodes)
        {
            text.Append($"{name.PadRight(width)} = {Numbers(value)}");
            text.Append($"   d{_nodes[^1].Name}/d{name} = {Numbers(Derivative(name))}\n");
        }
        return text.ToString();
    }

    private static string Numbers(Tensor x)
    {
        var numbers = x.To(DType.Float64).ToArray<double>().Select(v => v.ToString("g6", CultureInfo.InvariantCulture));
        return x.Rank == 0 ? numbers.Single() : $"[{string.Join(", ", numbers)}]";
    }

    private Tensor Add(string name, Tensor value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (_nodes.Exists(n => n.Name == name))
            throw new ArgumentException($"Circuit: there is a node '{name}' already.", nameof(name));
        _nodes.Add((name, value));
        _derivatives = null;
        return value;
    }

    private int Index(string name)
    {
        int index = _nodes.FindIndex(n => n.Name == name);
        return index >= 0 ? index : throw new KeyNotFoundException(
            $"Circuit: there is no node '{name}'; there are {string.Join(", ", Names)}.");
    }
}
