using System.Globalization;

namespace ChainRule.Training;

/// <summary>How well a model does on a set.</summary>
/// <param name="Loss">
/// Mean of the batches' losses, weighted by their samples. Where a loss is itself a mean over the steps of sequences of
/// different lengths, it depends a little on which come together in a batch; metrics never do.
/// </param>
/// <param name="Metrics">Value of every metric over the whole set, in the trainer's order.</param>
/// <param name="Samples">Number of samples seen.</param>
public sealed record EvaluationResult(double Loss, IReadOnlyList<MetricValue> Metrics, long Samples)
{
    /// <summary>A metric by its name.</summary>
    /// <param name="name">Name, such as "accuracy".</param>
    /// <exception cref="ArgumentException">The trainer has no such metric.</exception>
    public double this[string name]
    {
        get
        {
            foreach (MetricValue m in Metrics)
            {
                if (m.Name == name) return m.Value;
            }
            string known = Metrics.Count == 0 ? "none" : string.Join(", ", Metrics.Select(m => m.Name));
            throw new ArgumentException(
                $"EvaluationResult: there is no metric '{name}'; there is {known}.", nameof(name));
        }
    }

    /// <summary>Loss and metrics in one line.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"loss {Loss:0.0000}")
        + string.Concat(Metrics.Select(m => ", " + m));
}

/// <summary>The value of a metric over a set.</summary>
/// <param name="Name">Name of the metric.</param>
/// <param name="Value">Its value.</param>
public readonly record struct MetricValue(string Name, double Value)
{
    /// <summary>Name and value.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Value:0.0000}");
}
