using ChainRule.Nn;

namespace ChainRule.Training;

/// <summary>Puts a model into evaluation mode and every part of it back into its own afterwards.</summary>
internal sealed class EvaluationMode : IDisposable
{
    private readonly List<(Module Module, bool Training)> _before = [];

    public EvaluationMode(Module model)
    {
        Visit(model);
        model.Eval();
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
