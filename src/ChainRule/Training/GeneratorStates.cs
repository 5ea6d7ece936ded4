using ChainRule.Nn;

namespace ChainRule.Training;

/// <summary>
/// Where the random generators of a model stood before a step, so that the step can be repeated exactly.
/// </summary>
internal sealed class GeneratorStates
{
    private readonly Rng[] _generators;
    private readonly RngState[] _states;

    public GeneratorStates(Module model)
    {
        _generators = [.. model.Generators().Select(g => g.Rng)];
        _states = new RngState[_generators.Length];
    }

    public void Take()
    {
        for (int i = 0; i < _states.Length; i++) _states[i] = _generators[i].State;
    }

    public void Restore()
    {
        for (int i = 0; i < _states.Length; i++) _generators[i].State = _states[i];
    }
}
