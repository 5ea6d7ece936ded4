using ChainRule.Nn;

namespace ChainRule.Formats;

/// <summary>The tree of a model's layers as a graph of TensorFlow (GraphDef, in graph.proto).</summary>
internal sealed class ModelGraph
{
    private readonly EventMessage _graph = new();
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private ModelGraph()
    {
    }

    internal static byte[] Encode(Module model)
    {
        ModelGraph graph = new();
        string input = graph.AddNode("input", "Input", []);
        graph.AddModule(model, NodeName(model.Name), input);
        graph._graph.Part(4, versions => versions.Whole(1, 22));
        return graph._graph.Encoded.ToArray();
    }

    private string AddModule(Module module, string name, string input)
    {
        if (module is Network network) return AddNetwork(network, name, input);
        if (module.Children.Count == 0) return AddNode(name, module.Summary, [input]);
        List<string> results = [];
        foreach ((string child, Module part) in module.Children)
        {
            string result = AddModule(part, $"{name}/{NodeName(child)}", input);
            if (module.RunsInOrder) input = result;
            else results.Add(result);
        }
        return module.RunsInOrder ? input : AddNode($"{name}/result", module.GetType().Name, results);
    }

    private string AddNetwork(Network network, string name, string input)
    {
        Dictionary<string, Module> parts = network.Children.ToDictionary(c => c.Name, c => c.Module);
        Dictionary<Node, string> names = [];
        foreach (Node node in network.Nodes)
        {
            string[] inputs = node.Inputs.Count == 0 ? [input] : [.. node.Inputs.Select(n => names[n])];
            string path = $"{name}/{NodeName(node.Name)}";
            Module? part = inputs.Length == 1 ? parts.GetValueOrDefault(node.Name) : null;
            names[node] = part is { Children.Count: > 0 }
                ? AddModule(part, path, inputs[0])
                : AddNode(path, node.Summary, inputs);
        }
        string[] results = [.. network.Outputs.Select(n => names[n])];
        return results.Length == 1 ? results[0] : AddNode($"{name}/result", nameof(Network), results);
    }

    private string AddNode(string name, string kind, IReadOnlyList<string> inputs)
    {
        string free = name;
        for (int i = 2; !_names.Add(free); i++) free = $"{name}_{i}";
        _graph.Part(1, node =>
        {
            // A kind with "Const" in it would be drawn as a constant of the layer after it.
            node.Text(1, free).Text(2, kind.Replace("Const", "const", StringComparison.Ordinal));
            foreach (string input in inputs) node.Text(3, input);
        });
        return free;
    }

    // A colon would part a node from the number of its output, a slash would make a group.
    private static string NodeName(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_'));
}
