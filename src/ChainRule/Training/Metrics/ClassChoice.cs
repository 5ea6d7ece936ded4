namespace ChainRule.Training;

/// <summary>Reads the chosen and the right class of every sample of a batch.</summary>
internal static class ClassChoice
{
    // The class with the largest output; of equal ones the first, and NaN is never the largest.
    public static int Largest(ReadOnlySpan<double> scores)
    {
        int best = 0;
        for (int c = 1; c < scores.Length; c++)
        {
            if (scores[c] > scores[best] || (double.IsNaN(scores[best]) && !double.IsNaN(scores[c]))) best = c;
        }
        return best;
    }

    /// <summary>Right classes of [N] numbers, of any type; [N, 1] are the same.</summary>
    public static int[] Actual(string metric, Tensor target, int classes)
    {
        double[] numbers = target.ToDoubles();
        bool yesNo = classes == 2 && target.DType.IsFloatingPoint();
        int[] actual = new int[numbers.Length];
        for (int row = 0; row < actual.Length; row++)
        {
            if (yesNo) actual[row] = numbers[row] > 0.5 ? 1 : 0;
            else if (numbers[row] >= 0 && numbers[row] < classes) actual[row] = (int)numbers[row];
            else throw OutOfRange(metric, row, numbers[row], classes);
        }
        return actual;
    }

    /// <summary>
    /// Checks that there are [N, classes] outputs, or for two classes [N] or [N, 1], and [N] targets: class numbers,
    /// or for two classes numbers of which those above 0.5 mean yes.
    /// </summary>
    /// <returns>Outputs of a sample: 1 or <paramref name="classes"/>.</returns>
    public static int Check(string metric, Tensor output, Tensor target, int classes)
    {
        bool one = classes == 2 && output.Rank > 0 && output.Count == output.Shape[0];
        bool fits = one || (output.Rank == 2 && output.Shape[1] == classes);
        bool numbers = target.DType is DType.Int64 or DType.Int32 || (classes == 2 && target.DType.IsFloatingPoint());
        if (!fits || !numbers || target.Rank == 0 || target.Count != output.Shape[0] || target.Shape[0] != target.Count)
        {
            string also = classes == 2 ? ", or [N] and marks above 0.5" : "";
            throw new ShapeException($"{metric}: output is {output.Shape}, target {target.Shape} "
                + $"{target.DType.Text()}; expected [N, {classes}] and class numbers [N], or [N, {classes}, ...] "
                + $"and [N, ...]{also}.",
                output.Shape, target.Shape);
        }
        return one ? 1 : classes;
    }

    public static DataException OutOfRange(string metric, int row, double actual, int classes) => new(
        metric, FormattableString.Invariant(
            $"sample {row} of the batch is of class {actual}; expected 0 to {classes - 1}."));
}
