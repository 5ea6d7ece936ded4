namespace ChainRule.Nn;

/// <summary>
/// Takes down the nodes of a <see cref="Network"/>. Nodes can only be made of nodes that are there already, so no
/// network has a circle.
/// </summary>
public sealed class NetworkBuilder
{
    private readonly List<Node> _nodes = [];
    private bool _built;

    internal NetworkBuilder()
    {
    }

    internal IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>An input of the network; the first made is the first of Forward.</summary>
    /// <param name="name">Name, for errors.</param>
    /// <returns>The node.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty or holds a point.</exception>
    public Node Input(string name) => Register(new Node(this, _nodes.Count, name, "input", []));

    /// <summary>
    /// What a layer makes of a node. A layer that stands at several places is one set of parameters, under the first
    /// name; its gradients add up.
    /// </summary>
    /// <param name="name">Name, which becomes part of the keys of its parameters.</param>
    /// <param name="layer">Layer.</param>
    /// <param name="input">What it takes.</param>
    /// <returns>The node.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty or holds a point, or the input is of another
    /// network.</exception>
    public Node Add(string name, Layer layer, Node input)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return Register(new Node(this, _nodes.Count, name, layer.Summary, [input]) { Module = layer });
    }

    /// <summary>
    /// What a function makes of one or more nodes: <c>g.Add("sum", t => t[0] + t[1], left, right)</c>.
    /// </summary>
    /// <param name="name">Name, for errors.</param>
    /// <param name="function">The function, made of differentiable operations; gets tensors in the order of
    /// <paramref name="inputs"/>.</param>
    /// <param name="inputs">What it takes.</param>
    /// <returns>The node.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty or holds a point, there is no input, or one is of
    /// another network.</exception>
    public Node Add(string name, Func<IReadOnlyList<Tensor>, Tensor> function, params IReadOnlyList<Node> inputs)
    {
        ArgumentNullException.ThrowIfNull(function);
        return AddFunction(name, "function", null, function, inputs);
    }

    /// <summary>
    /// What a module with several inputs makes of nodes: <c>g.Add("score", new Bilinear(4, 4, 1), (m, t) =>
    /// m.Forward(t[0], t[1]), left, right)</c>.
    /// </summary>
    /// <typeparam name="T">Kind of the module.</typeparam>
    /// <param name="name">Name, which becomes part of the keys of its parameters.</param>
    /// <param name="module">Module.</param>
    /// <param name="forward">How it is called, with tensors in the order of <paramref name="inputs"/>.</param>
    /// <param name="inputs">What it takes.</param>
    /// <returns>The node.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty or holds a point, there is no input, or one is of
    /// another network.</exception>
    public Node Add<T>(
        string name, T module, Func<T, IReadOnlyList<Tensor>, Tensor> forward, params IReadOnlyList<Node> inputs)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(forward);
        return AddFunction(name, module.Summary, module, t => forward(module, t), inputs);
    }

    // Everything that can be wrong with a network as a whole.
    internal void Finish(IReadOnlyList<Node> outputs)
    {
        _built = true;
        if (outputs.Count == 0) throw Wrong("there is no output; return a node.");
        if (_nodes.All(n => n.Inputs.Count > 0)) throw Wrong("there is no input; make one with Input.");
        foreach (Node output in outputs) CheckOwner("the output", output);
        HashSet<Node> used = [.. outputs, .. _nodes.SelectMany(n => n.Inputs)];
        if (_nodes.Find(n => !used.Contains(n)) is { } idle)
            throw Wrong($"nothing uses '{idle.Name}' ({idle.Summary}); take it as an input, or return it.");
    }

    private Node AddFunction(
        string name, string summary, Module? module, Func<IReadOnlyList<Tensor>, Tensor> function,
        IReadOnlyList<Node> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count == 0) throw Wrong($"'{name}' takes no node.");
        return Register(
            new Node(this, _nodes.Count, name, summary, [.. inputs]) { Module = module, Function = function });
    }

    private Node Register(Node node)
    {
        if (_built) throw new InvalidOperationException("Network: it is built; nodes are added while it is.");
        ArgumentException.ThrowIfNullOrEmpty(node.Name, "name");
        if (node.Name.Contains('.')) throw Wrong($"a name must not hold a point, got '{node.Name}'.");
        if (_nodes.Exists(n => n.Name == node.Name)) throw Wrong($"there is already a node named '{node.Name}'.");
        foreach (Node input in node.Inputs) CheckOwner($"'{node.Name}'", input);
        _nodes.Add(node);
        return node;
    }

    private void CheckOwner(string taker, Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.Owner != this) throw Wrong($"{taker} takes '{node.Name}', which is a node of another network.");
    }

    private static ArgumentException Wrong(string problem) => new($"Network: {problem}");
}
