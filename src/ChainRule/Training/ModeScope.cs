using ChainRule.Nn;

namespace ChainRule.Training;

/// <summary>Puts a model into a mode and every part of it back into its own afterwards.</summary>
internal sealed class ModeScope : IDisposable
{
    private readonly List<(Module Module, bool Training)> _before = [];

    private ModeScope(Module model) => Visit(model);

    /// <summary>All of it evaluates.</summary>
    public static ModeScope Evaluating(Module model)
    {
        ModeScope scope = new(model);
        model.Eval();
        return scope;
    }

    /// <summary>It learns; parts of a model that learns already keep their modes, as in a training.</summary>
    public static ModeScope Training(Module model)
    {
        ModeScope scope = new(model);
        if (!model.IsTraining) model.Train();
        return scope;
    }

    // From the outside in: setting a module sets what is in it, which is then put right.
    public void Dispose()
    {
        foreach ((Module module, bool training) in _before)
        {
            if (module.IsTraining == training) continue;
            if (training) module.Train();
            else module.Eval();
        }
    }

    private void Visit(Module module)
    {
        _before.Add((module, module.IsTraining));
        foreach ((_, Module child) in module.Children) Visit(child);
    }
}
