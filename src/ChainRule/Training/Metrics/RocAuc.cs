using System.Runtime.InteropServices;
using ChainRule.IO;

namespace ChainRule.Training;

/// <summary>
/// Area under the receiver operating characteristic: the chance that a random sample of a class has a higher score for
/// it than a random one of the others, where equal scores count half. 0.5 is guessing.
/// </summary>
/// <remarks>
/// Two classes: scores of class 1 <c>[N]</c> or <c>[N, 1]</c>, or <c>[N, 2]</c>; more: <c>[N, C]</c>, each class
/// against the rest, and <see cref="Value"/> is the mean over the classes. Targets <c>[N]</c> are class numbers, or for
/// two classes numbers of which those above 0.5 mean class 1; a class at each place, and ignored ones, are as for
/// <see cref="Accuracy"/>. Exact, by the ranks of all scores with the mean rank for
/// equal ones. Cost: 8 bytes a sample and class, in checkpoints too; <see cref="Value"/> sorts them, so this should not
/// be a trainer's first metric, which is shown after every step. Source: Hanley and McNeil (1982).
/// </remarks>
public sealed class RocAuc : Metric
{
    private readonly bool _logits;
    private readonly List<double>[] _scores;
    private readonly List<int> _actual = [];

    /// <summary>A metric.</summary>
    /// <param name="classes">Number of classes C, 2 or more.</param>
    /// <param name="logits">
    /// Whether the C outputs of a sample are logits, which are ranked by the probabilities that they stand for; false:
    /// they are ranked as they are.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 2.</exception>
    public RocAuc(int classes = 2, bool logits = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        (Classes, _logits) = (classes, logits);
        _scores = new List<double>[classes == 2 ? 1 : classes];
        for (int i = 0; i < _scores.Length; i++) _scores[i] = [];
    }

    /// <summary>Number of classes C.</summary>
    public int Classes { get; }

    /// <inheritdoc/>
    public override string Name => "ROC-AUC";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <summary>
    /// The area, for more than two classes the mean over those that have samples and are not all; NaN without any.
    /// </summary>
    public override double Value
    {
        get
        {
            if (Classes == 2) return Area(0, 1);
            double sum = 0;
            int counted = 0;
            for (int c = 0; c < Classes; c++)
            {
                int own = CollectionsMarshal.AsSpan(_actual).Count(c);
                if (own == 0 || own == _actual.Count) continue;
                sum += Area(c, c);
                counted++;
            }
            return sum / counted;
        }
    }

    /// <summary>
    /// <c>[C]</c> the area of every class against the rest; NaN for one without samples, or with all of them.
    /// </summary>
    public IReadOnlyList<double> PerClass => Classes == 2
        ? [Area(0, 1), Area(0, 1)] : [.. Enumerable.Range(0, Classes).Select(c => Area(c, c))];

    /// <inheritdoc/>
    public override void Reset()
    {
        foreach (List<double> scores in _scores) scores.Clear();
        _actual.Clear();
    }

    /// <inheritdoc/>
    public override void Add(Tensor output, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(target);
        (output, target) = ClassPlaces.Of(output, target);
        int width = ClassChoice.Check("RocAuc", output, target, Classes);
        int[] actual = ClassChoice.Actual("RocAuc", target, Classes);
        ReadOnlySpan<double> x = output.ToDoubles();
        double[] odds = new double[Classes];
        for (int row = 0; row < actual.Length; row++)
        {
            ReadOnlySpan<double> own = x.Slice(row * width, width);
            if (width > 1 && _logits)
            {
                LogOdds(own, odds);
                own = odds;
            }
            for (int i = 0; i < _scores.Length; i++) _scores[i].Add(own[width == 1 ? 0 : Classes == 2 ? 1 : i]);
        }
        _actual.AddRange(actual);
    }

    /// <inheritdoc/>
    public override void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("count", _actual.Count);
        if (_actual.Count == 0) return;
        state.Add("actual", Tensor.From(_actual.ToArray()));
        for (int i = 0; i < _scores.Length; i++)
            state.Add(FormattableString.Invariant($"scores.{i}"), Tensor.From(_scores[i].ToArray()));
    }

    /// <inheritdoc/>
    public override void LoadState(StateReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Reset();
        int count = state.Whole("count", 0);
        if (count == 0) return;
        int[] actual = state.Numbers<int>("actual", count);
        foreach (int c in actual)
        {
            if ((uint)c >= (uint)Classes) throw state.Wrong("actual", $"holds class {c} of {Classes}.");
        }
        for (int i = 0; i < _scores.Length; i++)
            _scores[i].AddRange(state.Numbers<double>(FormattableString.Invariant($"scores.{i}"), count));
        _actual.AddRange(actual);
    }

    // ln(p / (1 - p)) of the softmax p, but never rounded to 0 or 1: x[c] - ln(sum over the others of e^x). Sums go by
    // size, so that the same numbers in another order, or all of them one higher, make equal scores.
    private static void LogOdds(ReadOnlySpan<double> x, Span<double> odds)
    {
        if (x.Length == 2)
        {
            (odds[0], odds[1]) = (x[0] - x[1], x[1] - x[0]);
            return;
        }
        double[] sorted = x.ToArray();
        Array.Sort(sorted, (a, b) => b.CompareTo(a));
        double most = sorted[0], second = sorted[1], all = 0, rest = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            all += Math.Exp(sorted[i] - most);
            if (i > 0) rest += Math.Exp(sorted[i] - second);
        }
        double highest = double.IsNegativeInfinity(second) ? double.PositiveInfinity : most - second - Math.Log(rest);
        for (int c = 0; c < x.Length; c++)
        {
            double below = x[c] - most;
            odds[c] = below == 0 && second < most ? highest : below - Math.Log(all - Math.Exp(below));
        }
    }

    // (sum of the ranks of the positives - P (P + 1) / 2) / (P N), with twice the ranks, which are whole numbers.
    private double Area(int column, int positive)
    {
        double[] scores = [.. _scores[column]];
        if (Array.Exists(scores, double.IsNaN)) return double.NaN;
        int[] actual = [.. _actual];
        Array.Sort(scores, actual);
        long ranks = 0, positives = 0;
        for (int from = 0, to; from < scores.Length; from = to)
        {
            long own = 0;
            for (to = from; to < scores.Length && scores[to] == scores[from]; to++)
            {
                if (actual[to] == positive) own++;
            }
            ranks += own * (from + 1L + to);                         // first and last rank: twice their mean
            positives += own;
        }
        long negatives = scores.Length - positives;
        if (positives == 0 || negatives == 0) return double.NaN;
        return (ranks - positives * (positives + 1)) / (2.0 * positives * negatives);
    }
}
