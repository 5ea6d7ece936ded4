using System.Collections;
using System.Globalization;

namespace ChainRule.Nn;

/// <summary>
/// Layers one after the other: takes what the first takes, gives what the last gives; the input itself without layers.
/// </summary>
/// <remarks>
/// Written as a list: <code>Sequential model = [new Linear(784, 128), new Relu(), new Linear(128, 10)];</code>
/// Layers are named "0", "1", ... as in PyTorch, or by <see cref="Add(string, Layer)"/>.
/// </remarks>
public sealed class Sequential : Layer, IReadOnlyList<Layer>
{
    private readonly List<Layer> _layers = [];

    /// <summary>The given layers in order.</summary>
    /// <param name="layers">Layers; more can be added later.</param>
    public Sequential(params ReadOnlySpan<Layer> layers)
    {
        foreach (Layer layer in layers) Add(layer);
    }

    /// <summary>How many layers there are.</summary>
    public int Count => _layers.Count;

    /// <summary>A layer by position.</summary>
    /// <param name="index">Position from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position.</exception>
    public Layer this[int index] => _layers[index];

    /// <summary>A layer by name.</summary>
    /// <param name="name">Name: "0", "1", ... or the one it was added under.</param>
    /// <exception cref="ArgumentException">There is no such name.</exception>
    public Layer this[string name] =>
        Children.Where(c => c.Name == name).Select(c => c.Module).FirstOrDefault() as Layer
        ?? throw new ArgumentException(
            $"Sequential: there is no layer '{name}'; there are {string.Join(", ", Children.Select(c => c.Name))}.",
            nameof(name));

    /// <summary>Adds a layer at the end, named by its position.</summary>
    /// <param name="layer">Layer.</param>
    public void Add(Layer layer) => Add(_layers.Count.ToString(CultureInfo.InvariantCulture), layer);

    /// <summary>Adds a named layer at the end.</summary>
    /// <param name="name">Name, which becomes part of the keys of its parameters.</param>
    /// <param name="layer">Layer.</param>
    /// <exception cref="ArgumentException">The name is taken, empty or holds a point.</exception>
    public void Add(string name, Layer layer) => _layers.Add(AddModule(name, layer));

    /// <summary>The layers in order.</summary>
    public IEnumerator<Layer> GetEnumerator() => _layers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override bool RunsInOrder => true;

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => Chain(_layers, x);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) => _layers.Count > 0 ? _layers[0].Expects(x) : null;
}
