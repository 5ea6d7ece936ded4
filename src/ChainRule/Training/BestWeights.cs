using System.Globalization;
using ChainRule.IO;
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

    /// <summary>Writes the copy down, where there is one.</summary>
    public void Save(StateWriter state)
    {
        for (int i = 0; i < _copies?.Length; i++) state.Add(Key(i), _copies[i].Copy);
    }

    /// <summary>Takes the copy that was written, where there was one.</summary>
    public void Load(StateReader state)
    {
        if (!state.Has(Key(0))) return;
        Take();
        for (int i = 0; i < _copies!.Length; i++) state.Copy(Key(i), _copies[i].Copy);
    }

    private static string Key(int i) => i.ToString(CultureInfo.InvariantCulture);
}
