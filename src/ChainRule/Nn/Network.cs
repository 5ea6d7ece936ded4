namespace ChainRule.Nn;

/// <summary>
/// Any directed graph without circles of layers and functions: branches that part, meet, skip, and share weights.
/// </summary>
/// <remarks>
/// Takes one or more tensors <c>[...]</c>, gives one or more, as the nodes do. The whole is checked when it is made:
/// each name is there once, and each node is used. A value that is used twice needs no layer; its gradients add up.
/// <code>
/// Network net = new(g =>
/// {
///     Node x = g.Input("x");
///     Node stem = g.Add("stem", new Linear(4, 16), x);
///     Node left = g.Add("left", new Tanh(), stem), right = g.Add("right", new Sigmoid(), stem);
///     return g.Add("gated", t => t[0] * t[1], left, right);
/// });
/// </code>
/// A <see cref="Linear"/> or a convolution whose only use is a <see cref="Relu"/> runs with it as one operation, as in
/// <see cref="Sequential"/>.
/// </remarks>
/// <torch>none</torch>
public sealed class Network : Layer
{
    private readonly Node[] _nodes, _inputs, _outputs;
    private readonly bool[] _fused;                                  // by node: computes the ReLU behind it too

    /// <summary>A network with one output.</summary>
    /// <param name="build">Makes the nodes and returns the output.</param>
    /// <exception cref="ArgumentException">A name is taken, an input is of another network, or a node is not
    /// used.</exception>
    public Network(Func<NetworkBuilder, Node> build)
        : this(g => new[] { (build ?? throw new ArgumentNullException(nameof(build)))(g) })
    {
    }

    /// <summary>A network with several outputs.</summary>
    /// <param name="build">Makes the nodes and returns the outputs in order.</param>
    /// <exception cref="ArgumentException">A name is taken, an input is of another network, or a node is not
    /// used.</exception>
    public Network(Func<NetworkBuilder, IReadOnlyList<Node>> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        NetworkBuilder builder = new();
        _outputs = [.. build(builder)];
        builder.Finish(_outputs);
        _nodes = [.. builder.Nodes];
        _inputs = [.. _nodes.Where(n => n.Inputs.Count == 0)];
        HashSet<Module> registered = [];
        foreach (Node node in _nodes)
        {
            if (node.Module is { } module && registered.Add(module)) AddModule(node.Name, module);
        }
        _fused = [.. _nodes.Select(Fuses)];
    }

    /// <summary>The nodes, each behind those it takes.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The nodes whose values the network gives, in order.</summary>
    public IReadOnlyList<Node> Outputs => _outputs;

    /// <inheritdoc/>
    public override string Summary => $"Network {Names(_inputs)} -> {Names(_outputs)}";

    /// <summary>Outputs of the network for all of its inputs.</summary>
    /// <param name="inputs"><c>...</c>: one tensor for each input, in the order in which these were made.</param>
    /// <returns>One tensor for each output, in the order in which these were returned.</returns>
    /// <exception cref="ArgumentException">There are fewer or more tensors than inputs.</exception>
    public Tensor[] ForwardAll(params IReadOnlyList<Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count != _inputs.Length)
        {
            throw new ArgumentException(
                $"{Summary}: takes {_inputs.Length} tensors, got {inputs.Count}.", nameof(inputs));
        }
        return Run(inputs[0], () => Compute(inputs));
    }

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x)
    {
        if (_inputs.Length != 1 || _outputs.Length != 1)
        {
            throw new InvalidOperationException(
                $"{Summary}: Forward is for one input and one output; call ForwardAll.");
        }
        return Compute([x])[0];
    }

    private Tensor[] Compute(IReadOnlyList<Tensor> inputs)
    {
        bool fuses = NonFiniteWatch.Current is null && ForwardTrace.Current is null;
        Tensor[] values = new Tensor[_nodes.Length];
        int given = 0;
        foreach (Node node in _nodes)
        {
            Tensor[] taken = [.. node.Inputs.Select(n => values[n.Index])];
            try
            {
                values[node.Index] = node switch
                {
                    { Inputs.Count: 0 } => inputs[given++],
                    { Function: { } function } => function(taken),
                    _ when fuses && _fused[node.Inputs[0].Index] => taken[0],
                    _ => ((Layer)node.Module!).Run(
                        taken[0], fuses && _fused[node.Index] ? FusedActivation.Relu : FusedActivation.None),
                };
            }
            catch (ShapeException e) when (Explain(e, node, taken))
            {
                throw;                                               // never reached: Explain only looks
            }
        }
        return [.. _outputs.Select(n => values[n.Index])];
    }

    private bool Fuses(Node node)
    {
        if (node.Function is not null || node.Module is not IFusingLayer || _outputs.Contains(node)) return false;
        Node[] uses = [.. _nodes.Where(n => n.Inputs.Contains(node))];
        return uses is [{ Module: Relu, Function: null }];
    }

    // What a node was given came from other nodes, which are the ones to look at.
    private bool Explain(ShapeException e, Node node, Tensor[] taken)
    {
        string from = string.Join(" and ", node.Inputs.Zip(taken, (n, t) => $"{n.Name} ({n.Summary}) {t.Shape}"));
        if (node.Function is not null && e.Layers.Count == 0) e.Suggest($"'{node.Name}' takes {from}.");
        else if (node.Module is Layer layer && layer.Expects(taken[0]) is { } expected)
            e.Suggest($"'{node.Name}' expects {expected} and takes {from}.");
        return false;
    }

    private static string Names(Node[] nodes) => string.Join(", ", nodes.Select(n => n.Name));
}
