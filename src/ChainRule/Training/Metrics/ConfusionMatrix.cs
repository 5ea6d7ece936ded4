using ChainRule.IO;

namespace ChainRule.Training;

/// <summary>How often each class was taken for each: a table, whose diagonal holds what was right.</summary>
/// <remarks>
/// Output <c>[N, C]</c> with target <c>[N]</c> class numbers, int64 or int32. Of equal outputs the first counts, and
/// NaN is never the largest. Shapes with a class at each place, and ignored ones, are as for <see cref="Accuracy"/>.
/// </remarks>
public sealed class ConfusionMatrix : Metric
{
    private readonly long[] _counts;

    /// <summary>An empty table.</summary>
    /// <param name="classes">Number of classes C, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        Classes = classes;
        _counts = new long[classes * classes];
    }

    /// <summary>Number of classes C.</summary>
    public int Classes { get; }

    /// <summary>"accuracy": the figure that <see cref="Value"/> is.</summary>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <summary>Share of samples on the diagonal; NaN while nothing was seen.</summary>
    public override double Value => Total == 0 ? double.NaN : (double)Right / Total;

    /// <summary>Number of samples seen.</summary>
    public long Total => _counts.Sum();

    /// <summary>Number of samples whose class has the largest output.</summary>
    public long Right => Enumerable.Range(0, Classes).Sum(c => this[c, c]);

    /// <summary>How many samples of a class were taken for another, or for the same.</summary>
    /// <param name="actual">The class they are of.</param>
    /// <param name="predicted">The class with the largest output.</param>
    public long this[int actual, int predicted]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)actual, (uint)Classes, nameof(actual));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)predicted, (uint)Classes, nameof(predicted));
            return _counts[actual * Classes + predicted];
        }
    }

    /// <summary>Share of a class's samples that were recognised; NaN where there are none.</summary>
    /// <param name="actual">The class.</param>
    public double Recall(int actual) =>
        (double)this[actual, actual] / Enumerable.Range(0, Classes).Sum(c => this[actual, c]);

    /// <summary>Share of right ones among the samples taken for a class; NaN where there are none.</summary>
    /// <param name="predicted">The class.</param>
    public double Precision(int predicted) =>
        (double)this[predicted, predicted] / Enumerable.Range(0, Classes).Sum(c => this[c, predicted]);

    /// <inheritdoc/>
    public override void Reset() => Array.Clear(_counts);

    /// <inheritdoc/>
    public override void Add(Tensor output, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(target);
        (output, target) = ClassPlaces.Of(output, target);
        if (output.Rank != 2 || output.Shape[1] != Classes || target.Rank != 1
            || target.DType is not (DType.Int64 or DType.Int32) || target.Shape[0] != output.Shape[0])
        {
            throw new ShapeException($"ConfusionMatrix: output is {output.Shape}, target {target.Shape} "
                + $"{target.DType.Text()}; expected [N, {Classes}] and class numbers [N], int64 or "
                + $"int32, or [N, {Classes}, ...] and [N, ...].",
                output.Shape, target.Shape);
        }
        double[] scores = output.ToDoubles();
        int[] actual = ClassChoice.Actual("ConfusionMatrix", target, Classes);
        for (int row = 0; row < actual.Length; row++)
        {
            int best = ClassChoice.Largest(scores.AsSpan(row * Classes, Classes));
            _counts[actual[row] * Classes + best]++;
        }
    }

    /// <inheritdoc/>
    public override void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Add("counts", Tensor.From(_counts));
    }

    /// <inheritdoc/>
    public override void LoadState(StateReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Numbers<long>("counts", _counts.Length).CopyTo(_counts, 0);
    }
}
