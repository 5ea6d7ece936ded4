using ChainRule.Nn;

namespace ChainRule.Training;

/// <summary>A copy of a model's parameters and buffers.</summary>
internal sealed class BestWeights(Module model)
{
    private (Tensor Value, Tensor Copy)[]? _copies;

    /// <summary>Copies the model as it is now.</summary>
    public void Take()
    {
        if (_copies is null) _copies = [.. model.State().Select(s => (s.Value, s.Value.Keep()))];
        else
        {
            foreach ((Tensor value, Tensor copy) in _copies) value.CopyDense(copy);
        }
    }

    /// <summary>Gives the model the copied numbers; leaves it alone where none were taken.</summary>
    public void Restore()
    {
        foreach ((Tensor value, Tensor copy) in _copies ?? []) copy.CopyDense(value);
    }
}
