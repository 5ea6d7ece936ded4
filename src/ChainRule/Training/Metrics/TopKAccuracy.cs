using System.Globalization;
using System.Numerics;

namespace ChainRule.Training;

/// <summary>Share of samples whose class is among the k classes with the largest outputs.</summary>
/// <remarks>Classes with an output equal to that of the right one count as larger only where their number is smaller.</remarks>
public sealed class TopKAccuracy : MeanMetric
{
    /// <summary>A metric.</summary>
    /// <param name="k">How many classes are looked at, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public TopKAccuracy(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        K = k;
    }

    /// <summary>How many classes are looked at.</summary>
    public int K { get; }

    /// <inheritdoc/>
    public override string Name => string.Create(CultureInfo.InvariantCulture, $"top-{K} accuracy");

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    private protected override (double Sum, long Count) Measure(Tensor output, Tensor target) => (ClassHits.Count("TopKAccuracy", output, target, K), output.Shape[0]);
}

/// <summary>Share of samples whose class has the largest output.</summary>
/// <remarks>
/// Output <c>[N, C]</c> with target <c>[N]</c> class numbers (int64 or int32), or <c>[N, C]</c> numbers of which the largest marks the
/// class. Of equal outputs the first counts.
/// </remarks>
public sealed class Accuracy : MeanMetric
{
    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    private protected override (double Sum, long Count) Measure(Tensor output, Tensor target) => (ClassHits.Count("Accuracy", output, target, 1), output.Shape[0]);
}

/// <summary>Share of elements on the right side of a threshold, for yes-or-no outputs.</summary>
/// <remarks>Output and target have the same number of elements; a target above 0.5 means yes.</remarks>
public sealed class BinaryAccuracy : MeanMetric
{
    private readonly double _threshold;

    /// <summary>A metric.</summary>
    /// <param name="threshold">Outputs above it mean yes: 0 for logits, 0.5 for probabilities.</param>
    public BinaryAccuracy(double threshold = 0) => _threshold = threshold;

    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    private protected override (double Sum, long Count) Measure(Tensor output, Tensor target)
    {
        Elements.CheckCounts("BinaryAccuracy", output, target);
        double[] x = output.ToDoubles(), y = target.ToDoubles();
        long hits = 0;
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i] > _threshold == y[i] > 0.5) hits++;
        }
        return (hits, x.Length);
    }
}

/// <summary>Counts samples whose class is among the first k.</summary>
internal static unsafe class ClassHits
{
    public static long Count(string metric, Tensor output, Tensor target, int k)
    {
        bool numbers = target.Rank == 1 && target.DType is DType.Int64 or DType.Int32;
        bool marks = target.Rank == 2 && target.Shape == output.Shape;
        if (output.Rank != 2 || output.Shape[1] == 0 || !(numbers || marks) || target.Shape[0] != output.Shape[0])
        {
            throw new ShapeException(
                $"{metric}: output is {output.Shape}, target {target.Shape} {target.DType.Text()}; expected [N, C] and class numbers [N], or [N, C] twice.",
                output.Shape, target.Shape);
        }
        Tensor x = output.Dense(), y = target.Dense();
        long hits = x.DType switch
        {
            DType.Float32 => Count((float*)x.Pointer, x, y, k),
            DType.Float64 => Count((double*)x.Pointer, x, y, k),
            _ => throw new DTypeException($"{metric}: output is {x.DType.Text()}; expected float32 or float64.", x.DType),
        };
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        return hits;
    }

    private static long Count<T>(T* x, Tensor output, Tensor target, int k)
        where T : unmanaged, INumber<T>
    {
        int rows = output.Shape[0], classes = output.Shape[1];
        long hits = 0;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<T> values = new(x + ((nint)row * classes), classes);
            long right = target.DType switch
            {
                DType.Int64 when target.Rank == 1 => target.Ptr<long>()[row],
                DType.Int32 when target.Rank == 1 => target.Ptr<int>()[row],
                DType.Float64 => Largest(new ReadOnlySpan<double>(target.Ptr<double>() + ((nint)row * classes), classes)),
                DType.Float32 => Largest(new ReadOnlySpan<float>(target.Ptr<float>() + ((nint)row * classes), classes)),
                _ => Largest<double>(target.ToDoubles().AsSpan(row * classes, classes)),
            };
            if ((ulong)right < (ulong)classes && Rank(values, (int)right) < k) hits++;
        }
        return hits;
    }

    private static int Largest<T>(ReadOnlySpan<T> values)
        where T : INumber<T>
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best]) best = i;
        }
        return best;
    }

    // How many classes come before this one. NaN is never the right answer.
    private static int Rank<T>(ReadOnlySpan<T> values, int index)
        where T : INumber<T>
    {
        T own = values[index];
        if (T.IsNaN(own)) return values.Length;
        int before = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] > own || (values[i] == own && i < index)) before++;
        }
        return before;
    }
}
