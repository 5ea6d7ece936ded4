using System.Numerics;

namespace ChainRule.Training;

/// <summary>Counts samples whose class is among the first k, and all.</summary>
internal static unsafe class ClassHits
{
    public static (long Hits, long Samples) Count(string metric, Tensor output, Tensor target, int k)
    {
        (output, target) = ClassPlaces.Of(output, target);
        bool numbers = target.Rank == 1 && target.DType is DType.Int64 or DType.Int32;
        bool marks = target.Rank == 2 && target.Shape == output.Shape;
        if (output.Rank != 2 || output.Shape[1] == 0 || !(numbers || marks) || target.Shape[0] != output.Shape[0])
        {
            throw new ShapeException(
                $"{metric}: output is {output.Shape}, target {target.Shape} {target.DType.Text()}; "
                + "expected [N, C] and class numbers [N], [N, C, ...] and [N, ...], or [N, C] twice.",
                output.Shape, target.Shape);
        }
        Tensor x = output.Dense(), y = target.Dense();
        long hits = x.DType switch
        {
            DType.Float32 => Count((float*)x.Pointer, x, y, k),
            DType.Float64 => Count((double*)x.Pointer, x, y, k),
            _ => throw new DTypeException(
                $"{metric}: output is {x.DType.Text()}; expected float32 or float64.", x.DType),
        };
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        return (hits, x.Shape[0]);
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
                DType.Float64 =>
                    Largest(new ReadOnlySpan<double>(target.Ptr<double>() + ((nint)row * classes), classes)),
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
