namespace ChainRule.Nn;

/// <summary>A value in a <see cref="Network"/> that is being built: an input, or the result of a layer.</summary>
public sealed class Node
{
    internal Node(NetworkBuilder owner, int index, string name, string summary, Node[] inputs)
    {
        (Owner, Index, Name, Summary, Inputs) = (owner, index, name, summary, inputs);
    }

    /// <summary>Name in the network.</summary>
    public string Name { get; }

    internal NetworkBuilder Owner { get; }

    // Position among the values of the network; inputs of a node come before it, so there are no circles.
    internal int Index { get; }

    /// <summary>Kind and sizes of what gives it: "Linear 4 -> 16", "function" or "input".</summary>
    public string Summary { get; }

    /// <summary>The nodes it takes; none for an input of the network.</summary>
    public IReadOnlyList<Node> Inputs { get; }

    // What the node computes: a layer, a function (of the module, where there is one), or nothing for an input.
    internal Module? Module { get; init; }

    internal Func<IReadOnlyList<Tensor>, Tensor>? Function { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
