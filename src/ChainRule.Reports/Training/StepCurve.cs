using ChainRule.IO;

namespace ChainRule.Reports;

/// <summary>
/// A figure of every step in bounded memory: means of so many steps each, and of twice as many once they become too
/// many.
/// </summary>
internal sealed class StepCurve : IStateful
{
    private const int Most = 1024;

    private readonly List<double> _means = [];
    private int _stride = 1, _count;
    private double _sum;

    /// <summary>The means, from the first steps on; steps that do not fill a mean are not in it.</summary>
    public IReadOnlyList<double> Means => _means;

    /// <summary>The last step of each mean.</summary>
    public IReadOnlyList<double> Steps => [.. Enumerable.Range(1, _means.Count).Select(i => (double)i * _stride)];

    /// <summary>Adds the next step's figure.</summary>
    public void Add(double value)
    {
        _sum += value;
        if (++_count < _stride) return;
        _means.Add(_sum / _stride);
        (_sum, _count) = (0, 0);
        if (_means.Count < Most) return;
        for (int i = 0; i < Most / 2; i++) _means[i] = (_means[2 * i] + _means[2 * i + 1]) / 2;
        _means.RemoveRange(Most / 2, Most / 2);
        _stride *= 2;
    }

    /// <inheritdoc/>
    public void SaveState(StateWriter state)
    {
        state.Add("stride", _stride);
        state.Add("count", _count);
        state.Add("sum", _sum);
        state.Add("means", Tensor.From(_means.ToArray()));
    }

    /// <inheritdoc/>
    public void LoadState(StateReader state)
    {
        _stride = state.Whole("stride", 1, int.MaxValue / 2);
        _count = state.Whole("count", 0, _stride - 1);
        _sum = state.Number("sum");
        Tensor means = state.Tensor("means");
        if (means.Rank != 1 || means.DType != DType.Float64 || means.Count >= Most)
        {
            throw state.Wrong("means", $"is {means.Shape} {means.DType.Text()}; expected fewer than {Most} numbers, "
                + "float64.");
        }
        _means.Clear();
        _means.AddRange(means.ToArray<double>());
    }
}
