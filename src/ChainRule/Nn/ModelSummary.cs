using System.Globalization;
using System.Text;

namespace ChainRule.Nn;

/// <summary>
/// What a model is made of: its modules with the shapes of their results, parameters, multiply-adds and memory, found
/// by running it once.
/// </summary>
/// <remarks>
/// <code>Console.WriteLine(ModelSummary.Of(model, [1, 1, 28, 28]));</code>
/// A multiply-add is a product and its addition to a sum, two floating-point operations; counted by definition for
/// linear, convolutional, recurrent and attention layers, whatever method the kernels choose. Biases, activations,
/// norms and pooling, a few operations a number, are not counted, and neither is a product that a layer of one's own
/// writes without overriding <see cref="Module.MultiplyAdds"/>.
/// </remarks>
public sealed class ModelSummary
{
    private ModelSummary(IReadOnlyList<ModuleRow> rows, long weightBytes) => (Rows, WeightBytes) = (rows, weightBytes);

    /// <summary>The modules, each followed by those in it.</summary>
    public IReadOnlyList<ModuleRow> Rows { get; }

    /// <summary>Numbers that the parameters hold.</summary>
    public long Parameters => Rows.Sum(r => r.Parameters);

    /// <summary>Multiply-adds of the pass.</summary>
    public long MultiplyAdds => Rows.Sum(r => r.MultiplyAdds);

    /// <summary>Bytes of parameters and buffers.</summary>
    public long WeightBytes { get; }

    /// <summary>Bytes of what the modules give that have no modules in them: what a pass forward keeps for the pass
    /// back, views counted as if they were copies.</summary>
    public long ActivationBytes => Rows.Sum(r => r.ActivationBytes);

    /// <summary>Runs a layer on zeros of its own type.</summary>
    /// <param name="model">The model; its mode, buffers and generators stay as they are.</param>
    /// <param name="inputShape">Shape of the input, samples included: <c>[1, 1, 28, 28]</c>.</param>
    /// <exception cref="ShapeException">The model does not take this shape.</exception>
    public static ModelSummary Of(Layer model, Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(model);
        IReadOnlyList<Parameter> parameters = model.Parameters();
        return Of(model, Tensor.Zeros(inputShape, parameters.Count > 0 ? parameters[0].Value.DType : DType.Float32));
    }

    /// <summary>Runs a layer on an input, such as the numbers of words.</summary>
    /// <param name="model">The model; its mode, buffers and generators stay as they are.</param>
    /// <param name="input"><c>[N, ...]</c> as the model takes it.</param>
    /// <exception cref="ShapeException">The model does not take this shape.</exception>
    public static ModelSummary Of(Layer model, Tensor input)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(input);
        return Of(model, () => model.Forward(input));
    }

    /// <summary>Runs a model of any inputs.</summary>
    /// <param name="model">The model; its mode, buffers and generators stay as they are.</param>
    /// <param name="forward">A pass forward: <c>() => model.Forward(source, target)</c>.</param>
    public static ModelSummary Of(Module model, Action forward)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(forward);
        List<(Module Module, bool Training)> modes = [];
        CollectModes(model, modes);
        model.Eval();
        try
        {
            using NoGrad.Scope noGrad = NoGrad.Begin();
            using ForwardTrace trace = new();
            forward();
            List<ModuleRow> rows = [];
            AddRows(rows, trace, model, model.Name, "", 0, [], []);
            return new ModelSummary(rows, model.State().Sum(s => (long)s.Value.Count * s.Value.DType.Size()));
        }
        finally
        {
            // From the outside in: setting a module sets what is in it, which is then put right.
            foreach ((Module module, bool training) in modes)
            {
                if (module.IsTraining == training) continue;
                if (training) module.Train();
                else module.Eval();
            }
        }
    }

    /// <summary>A table, a line for each module, and the sums below.</summary>
    public override string ToString()
    {
        const string shape = "output", parameters = "parameters", work = "multiply-adds";
        string[] layers = [.. Rows.Select(r => $"{new string(' ', 2 * r.Depth)}{r.Name}: {r.Summary}")];
        string[] shapes = [.. Rows.Select(r => r.Output?.ToString() ?? "")];
        int first = Math.Max(layers.Max(l => l.Length), 5), second = Math.Max(shapes.Max(s => s.Length), shape.Length);
        StringBuilder text = new();
        Line("layer", shape, parameters, work);
        for (int i = 0; i < layers.Length; i++)
            Line(layers[i], shapes[i], Count(Rows[i].Parameters), Count(Rows[i].MultiplyAdds));
        Line("total", "", Parameters.ToString("N0", CultureInfo.InvariantCulture),
            MultiplyAdds.ToString("N0", CultureInfo.InvariantCulture));
        return text.Append(CultureInfo.InvariantCulture,
            $"weights {WeightBytes:N0} bytes, activations {ActivationBytes:N0} bytes").ToString();

        void Line(string a, string b, string c, string d) =>
            text.Append($"{a.PadRight(first)}  {b.PadRight(second)}  {c,12}  {d,15}".TrimEnd()).Append('\n');

        static string Count(long n) => n == 0 ? "" : n.ToString("N0", CultureInfo.InvariantCulture);
    }

    // A module or parameter that stands in two places is counted in the first.
    private static void AddRows(
        List<ModuleRow> rows, ForwardTrace trace, Module module, string name, string key, int depth,
        HashSet<Module> modules, HashSet<Parameter> parameters)
    {
        ForwardTrace.Record? record = trace[module];
        bool again = !modules.Add(module);
        long own = module.NamedParameters().Where(p => !p.Key.Contains('.') && parameters.Add(p.Parameter))
            .Sum(p => (long)p.Parameter.Value.Count);
        rows.Add(new ModuleRow(key, name, depth, module.Summary, record?.Output, own,
            again ? 0 : record?.MultiplyAdds ?? 0, again || module.Children.Count > 0 ? 0 : record?.Bytes ?? 0));
        foreach ((string childName, Module child) in module.Children)
        {
            string childKey = key.Length == 0 ? childName : $"{key}.{childName}";
            AddRows(rows, trace, child, childName, childKey, depth + 1, modules, parameters);
        }
    }

    private static void CollectModes(Module module, List<(Module Module, bool Training)> modes)
    {
        modes.Add((module, module.IsTraining));
        foreach ((_, Module child) in module.Children) CollectModes(child, modes);
    }
}

/// <summary>A module in a <see cref="ModelSummary"/>.</summary>
/// <param name="Key">Names below the model, joined by points: "features.0"; empty for the model itself.</param>
/// <param name="Name">Its name in the module around it.</param>
/// <param name="Depth">How many modules are around it.</param>
/// <param name="Summary">Kind and sizes.</param>
/// <param name="Output">Shape of its result, of the first where there are several; null where it was not run.</param>
/// <param name="Parameters">Numbers of its own parameters, not of those in modules within.</param>
/// <param name="MultiplyAdds">Its own multiply-adds, not those of modules within.</param>
/// <param name="ActivationBytes">Bytes of its results; 0 where modules are within.</param>
public sealed record ModuleRow(
    string Key, string Name, int Depth, string Summary, Shape? Output, long Parameters, long MultiplyAdds,
    long ActivationBytes);
