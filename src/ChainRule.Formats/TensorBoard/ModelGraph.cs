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
        if (module.Children.Count == 0) return AddNode(name, module.Summary, [input]);
        List<string> results = [];
        foreach ((string child, Module part) in module.Children)
        {
            string result = AddModule(part, $"{name}/{NodeName(child)}", input);
            if (module is Sequential) input = result;
            else results.Add(result);
        }
        return module is Sequential ? input : AddNode($"{name}/result", module.GetType().Name, results);
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
