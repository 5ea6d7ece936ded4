namespace ChainRule.Data;

/// <summary>Draws samples with probabilities in proportion to their weights.</summary>
/// <remarks>
/// Without replacement the draws are those of an urn: each takes one of what is left, in proportion to the weights.
/// Source: Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006), algorithm A. With replacement a
/// sample that is drawn again in an epoch is changed by random transforms in another way.
/// </remarks>
public sealed class WeightedSampler : Sampler
{
    private readonly double[] _weights;

    // Sums of the weights up to and with each sample.
    private readonly double[] _sums;

    /// <summary>A sampler with a weight for each sample.</summary>
    /// <param name="weights"><c>[N]</c> finite, 0 or more; a sample of weight 0 is never drawn.</param>
    /// <param name="count">Draws in an epoch, 1 or more; null for N.</param>
    /// <param name="replacement">Whether a sample may be drawn more than once in an epoch.</param>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or all are 0.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1 or, without replacement, above the number of
    /// weights that are not 0.</exception>
    public WeightedSampler(IReadOnlyList<double> weights, int? count = null, bool replacement = true)
    {
        ArgumentNullException.ThrowIfNull(weights);
        _weights = [.. weights];
        _sums = new double[_weights.Length];
        double sum = 0;
        for (int i = 0; i < _weights.Length; i++)
        {
            if (!(_weights[i] >= 0 && double.IsFinite(_weights[i])))
                throw new ArgumentException(FormattableString.Invariant(
                    $"WeightedSampler: weight {i} is {_weights[i]}; expected 0 or more."), nameof(weights));
            _sums[i] = sum += _weights[i];
        }
        if (!(sum > 0 && double.IsFinite(sum)))
            throw new ArgumentException(FormattableString.Invariant(
                $"WeightedSampler: the weights sum up to {sum}; expected more than 0."), nameof(weights));
        (Count, Replacement) = (count ?? _weights.Length, replacement);
        int most = replacement ? int.MaxValue : _weights.Count(w => w > 0);
        if (Count < 1 || Count > most)
        {
            throw new ArgumentOutOfRangeException(nameof(count), FormattableString.Invariant(
                $"WeightedSampler: {Count} draws; expected {(replacement ? "1 or more" : $"1 to {most}")}."));
        }
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <summary>Whether a sample may be drawn more than once in an epoch.</summary>
    public bool Replacement { get; }

    /// <summary>A sampler that draws every class equally often, however many samples it has.</summary>
    /// <param name="classes"><c>[N]</c> class of each sample.</param>
    /// <param name="count">Draws in an epoch, 1 or more; null for N.</param>
    /// <exception cref="ArgumentException">There are no samples.</exception>
    public static WeightedSampler Balanced(IReadOnlyList<int> classes, int? count = null)
    {
        ArgumentNullException.ThrowIfNull(classes);
        if (classes.Count == 0)
            throw new ArgumentException("WeightedSampler: classes is empty; expected 1 or more.", nameof(classes));
        Dictionary<int, int> sizes = classes.CountBy(c => c).ToDictionary();
        return new WeightedSampler([.. classes.Select(c => 1.0 / sizes[c])], count);
    }

    /// <inheritdoc/>
    public override int[] Order(int batchSize, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        return Replacement ? WithReplacement(rng) : WithoutReplacement(rng);
    }

    private int[] WithReplacement(Rng rng)
    {
        var order = new int[Count];
        for (int i = 0; i < order.Length; i++)
        {
            // The first sample whose sum is above the mark: one of weight 0 has no mark of its own.
            double mark = rng.NextDouble() * _sums[^1];
            int low = 0, high = _sums.Length - 1;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (_sums[middle] > mark) high = middle;
                else low = middle + 1;
            }
            order[i] = low;
        }
        return order;
    }

    // The times of the first events of Poisson processes with these rates, in the order of time.
    private int[] WithoutReplacement(Rng rng)
    {
        var times = new double[_weights.Length];
        for (int i = 0; i < times.Length; i++) times[i] = -Math.Log(1 - rng.NextDouble()) / _weights[i];
        int[] places = [.. Places(times.Length).Where(i => _weights[i] > 0)];
        Array.Sort([.. places.Select(i => times[i])], places);
        return places[..Count];
    }
}
