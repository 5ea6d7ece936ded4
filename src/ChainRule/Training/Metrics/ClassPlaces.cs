namespace ChainRule.Training;

/// <summary>Makes a sample of each place that has a class: each word of a sentence, each point of a picture.</summary>
internal static unsafe class ClassPlaces
{
    // The class that F.CrossEntropy ignores: behind the end of padded sequences, or not known.
    private const int Ignored = -100;

    /// <summary>
    /// Outputs <c>[N, C, ...]</c> with class numbers <c>[N, ...]</c> as <c>[M, C]</c> and <c>[M]</c>, without the
    /// places that count nothing; anything else as it is.
    /// </summary>
    public static (Tensor Output, Tensor Target) Of(Tensor output, Tensor target)
    {
        if (target.DType is not (DType.Int64 or DType.Int32)) return (output, target);
        using NoGrad.Scope _ = NoGrad.Begin();
        if (output.Rank > 2)
        {
            if (target.Rank != output.Rank - 1 || target.Shape[0] != output.Shape[0]) return (output, target);
            for (int d = 2; d < output.Rank; d++)
                if (output.Shape[d] != target.Shape[d - 1]) return (output, target);
            output = output.Movedim(1, -1).Reshape(target.Count, output.Shape[1]);
            target = target.Reshape(target.Count);
        }
        if (target.Rank != 1 || output.Rank == 0 || output.Shape[0] != target.Count) return (output, target);
        Tensor dense = target.Dense();
        bool any = dense.DType == DType.Int64
            ? new ReadOnlySpan<long>(dense.Pointer, dense.Count).Contains(Ignored)
            : new ReadOnlySpan<int>(dense.Pointer, dense.Count).Contains(Ignored);
        GC.KeepAlive(dense);
        if (!any) return (output, target);
        double[] classes = target.ToDoubles();
        long[] counted =
            [.. Enumerable.Range(0, classes.Length).Where(i => classes[i] != Ignored).Select(i => (long)i)];
        if (counted.Length == 0) return (output[..0], target[..0]);
        Tensor places = Tensor.From(counted);
        return (output.IndexSelect(0, places), target.IndexSelect(0, places));
    }
}
