using ChainRule.IO;
using ChainRule.Nn;

namespace ChainRule.Training;

/// <summary>Which parameters are frozen and which layers are in evaluation mode while the others learn.</summary>
internal static class LayerModes
{
    private const string Frozen = "frozen", Evaluating = "evaluating";

    public static void Save(Module model, StateWriter state)
    {
        state.Add(Frozen, string.Join(
            '\n', model.NamedParameters().Where(p => p.Parameter.Frozen).Select(p => p.Key)));
        state.Add(Evaluating, string.Join('\n', Parts(model).Where(p => !p.Part.IsTraining).Select(p => p.Path)));
    }

    public static void Load(Module model, StateReader state)
    {
        if (!state.Has(Frozen)) return;    // version 1
        HashSet<string> frozen = [.. state.Text(Frozen).Split('\n')];
        HashSet<string> evaluating = [.. state.Text(Evaluating).Split('\n')];
        foreach ((string key, Parameter parameter) in model.NamedParameters()) parameter.Frozen = frozen.Contains(key);
        // From the outside in: setting a module sets what is in it, which is then put right.
        model.Train();
        foreach ((string path, Module part) in Parts(model))
        {
            if (evaluating.Contains(path)) part.Eval();
            else if (!part.IsTraining) part.Train();
        }
    }

    private static IEnumerable<(string Path, Module Part)> Parts(Module module, string prefix = "") =>
        module.Children.SelectMany(c => Parts(c.Module, $"{prefix}{c.Name}.").Prepend((prefix + c.Name, c.Module)));
}
