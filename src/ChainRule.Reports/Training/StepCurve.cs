using ChainRule.IO;

namespace ChainRule.Reports;

/// <summary>
/// A figure of every step in bounded memory: means of so many steps each, and of twice as many once they become too
/// many.
/// </summary>
internal sealed class StepCurve : IStateful
{
    private const int Most = 1024;

    private readonly List<double> _means = [], _places = [];
    private int _stride = 1, _count;
    private double _sum;

    /// <summary>The means, from the first steps on; steps that do not fill a mean are not in it.</summary>
    public IReadOnlyList<double> Means => _means;

    /// <summary>Where the last step of each mean lies.</summary>
    public IReadOnlyList<double> Places => _places;

    /// <summary>Adds the next step's figure.</summary>
    /// <param name="place">Where the step lies: epochs done, the part of the one under way included.</param>
    /// <param name="value">The figure.</param>
    public void Add(double place, double value)
    {
        _sum += value;
        if (++_count < _stride) return;
        _means.Add(_sum / _stride);
        _places.Add(place);
        (_sum, _count) = (0, 0);
        if (_means.Count < Most) return;
        for (int i = 0; i < Most / 2; i++)
        {
            _means[i] = (_means[2 * i] + _means[2 * i + 1]) / 2;
            _places[i] = _places[2 * i + 1];
        }
        _means.RemoveRange(Most / 2, Most / 2);
        _places.RemoveRange(Most / 2, Most / 2);
        _stride *= 2;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _means.Clear();
        _places.Clear();
        (_stride, _count, _sum) = (1, 0, 0);
    }

    /// <summary>
    /// The curve without its noise: each place's mean with a fiftieth of the curve on both sides, less where it begins
    /// or ends.
    /// </summary>
    public double[] Smooth()
    {
        int reach = Math.Max(1, _means.Count / 50);
        double[] smooth = new double[_means.Count];
        for (int i = 0; i < smooth.Length; i++)
        {
            // As much on both sides at the beginning, where it falls; at the end what there is.
            int near = Math.Min(reach, i), end = Math.Min(i + near, smooth.Length - 1);
            double sum = 0;
            for (int j = i - near; j <= end; j++) sum += _means[j];
            smooth[i] = sum / (end - i + near + 1);
        }
        return smooth;
    }

    /// <inheritdoc/>
    public void SaveState(StateWriter state)
    {
        state.Add("stride", _stride);
        state.Add("count", _count);
        state.Add("sum", _sum);
        state.Add("means", Tensor.From(_means.ToArray()));
        state.Add("places", Tensor.From(_places.ToArray()));
    }

    /// <inheritdoc/>
    public void LoadState(StateReader state)
    {
        Clear();
        _stride = state.Whole("stride", 1, int.MaxValue / 2);
        _count = state.Whole("count", 0, _stride - 1);
        _sum = state.Number("sum");
        double[] means = state.Numbers<double>("means");
        if (means.Length >= Most)
            throw state.Wrong("means", $"has {means.Length} numbers; expected fewer than {Most}.");
        _means.AddRange(means);
        _places.AddRange(state.Numbers<double>("places", means.Length));
    }
}
