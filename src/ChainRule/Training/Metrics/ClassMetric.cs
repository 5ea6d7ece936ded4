using ChainRule.IO;

namespace ChainRule.Training;

/// <summary>How the figures of several classes become one.</summary>
public enum ClassAverage
{
    /// <summary>Mean over the classes: a rare one counts as much as a frequent one.</summary>
    Macro,

    /// <summary>The figure of all samples together, whatever their class.</summary>
    Micro,

    /// <summary>Mean over the classes, weighted by their numbers of samples.</summary>
    Weighted,
}

/// <summary>A figure of each class, from how often the class was right, predicted and there.</summary>
/// <remarks>
/// Output <c>[N, C]</c> with target <c>[N]</c> class numbers, int64 or int32; the class with the largest output is
/// predicted, of equal ones the first. For two classes also <c>[N]</c> or <c>[N, 1]</c> with class 1 predicted above
/// <see cref="Threshold"/>, and targets of floating point above 0.5 mean class 1. Output <c>[N, C, ...]</c> with target
/// <c>[N, ...]</c> has a class at each place, which then is a sample; class -100, which <see cref="F.CrossEntropy"/>
/// ignores, counts nothing. A class with neither samples nor
/// predictions is absent: its figure is NaN, and no average counts it. Any other quotient with a divisor of 0, as the
/// precision of a class that is never predicted, is 0. (The same figures as scikit-learn's default.)
/// </remarks>
public abstract class ClassMetric : Metric
{
    private readonly string _kind;
    private readonly long[] _right, _predicted, _actual;

    private protected ClassMetric(string kind, int classes, ClassAverage average)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        if (!Enum.IsDefined(average))
            throw new ArgumentOutOfRangeException(nameof(average), average, $"{kind}: not a way to average.");
        (_kind, Classes, Average) = (kind, classes, average);
        (_right, _predicted, _actual) = (new long[classes], new long[classes], new long[classes]);
    }

    /// <summary>Number of classes C.</summary>
    public int Classes { get; }

    /// <summary>How the classes become one figure; no matter where <see cref="Class"/> is set.</summary>
    public ClassAverage Average { get; }

    /// <summary>The only class that <see cref="Value"/> is of, as class 1 of yes and no; null for all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public int? Class
    {
        get;
        init => field = value is null || (value >= 0 && value < Classes) ? value
            : throw new ArgumentOutOfRangeException(nameof(value), FormattableString.Invariant(
                $"{_kind}: Class is {value}; expected 0 to {Classes - 1}."));
    }

    /// <summary>Of two classes with one output a sample: outputs above it mean class 1.</summary>
    public double Threshold { get; init; }

    /// <inheritdoc/>
    public sealed override bool HigherIsBetter => true;

    /// <summary>The figure; NaN while nothing was seen, or for a <see cref="Class"/> that is absent.</summary>
    public sealed override double Value => Class is { } only ? PerClass[only] : Average switch
    {
        ClassAverage.Micro when _actual.Sum() == 0 => double.NaN,
        ClassAverage.Micro => Figure(_right.Sum(), _predicted.Sum(), _actual.Sum()),
        _ => Mean(Average == ClassAverage.Weighted),
    };

    /// <summary><c>[C]</c> the figure of every class; NaN for one with neither samples nor predictions.</summary>
    public IReadOnlyList<double> PerClass => [.. Enumerable.Range(0, Classes).Select(c => Absent(c)
        ? double.NaN : Figure(_right[c], _predicted[c], _actual[c]))];

    /// <inheritdoc/>
    public sealed override void Reset()
    {
        Array.Clear(_right);
        Array.Clear(_predicted);
        Array.Clear(_actual);
    }

    /// <inheritdoc/>
    public sealed override void Add(Tensor output, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(target);
        (output, target) = ClassPlaces.Of(output, target);
        int width = ClassChoice.Check(_kind, output, target, Classes);
        int[] actual = ClassChoice.Actual(_kind, target, Classes);
        ReadOnlySpan<double> scores = output.ToDoubles();
        for (int row = 0; row < actual.Length; row++)
        {
            int predicted = width == 1 ? (scores[row] > Threshold ? 1 : 0)
                : ClassChoice.Largest(scores.Slice(row * width, width));
            _actual[actual[row]]++;
            _predicted[predicted]++;
            if (predicted == actual[row]) _right[predicted]++;
        }
    }

    /// <inheritdoc/>
    public sealed override void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("right", Tensor.From(_right));
        state.Add("predicted", Tensor.From(_predicted));
        state.Add("actual", Tensor.From(_actual));
    }

    /// <inheritdoc/>
    public sealed override void LoadState(StateReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Numbers<long>("right", Classes).CopyTo(_right, 0);
        state.Numbers<long>("predicted", Classes).CopyTo(_predicted, 0);
        state.Numbers<long>("actual", Classes).CopyTo(_actual, 0);
    }

    private protected string Named(string figure) => Class is { } only
        ? FormattableString.Invariant($"{figure} of class {only}")
        : $"{Average.ToString().ToLowerInvariant()} {figure}";

    private protected static double Quotient(double part, double whole) => whole == 0 ? 0 : part / whole;

    private protected abstract double Figure(long right, long predicted, long actual);

    private bool Absent(int c) => _predicted[c] == 0 && _actual[c] == 0;

    private double Mean(bool weighted)
    {
        double sum = 0, weights = 0;
        for (int c = 0; c < Classes; c++)
        {
            if (Absent(c)) continue;
            double weight = weighted ? _actual[c] : 1;
            sum += weight * Figure(_right[c], _predicted[c], _actual[c]);
            weights += weight;
        }
        return weights == 0 ? double.NaN : sum / weights;
    }
}
