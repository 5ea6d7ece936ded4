namespace ChainRule.Models;

/// <summary>
/// How much predictions depend on the samples a predictor was fitted to: it is fitted to many resamples of them, drawn
/// with repetition, and the predictions of each are kept, with the band between two percentiles of them.
/// </summary>
/// <remarks>
/// Works for whatever can be fitted: kernel ridge regression (<see cref="KernelRidge.Bootstrap(Tensor, Tensor, Tensor,
/// KernelFunction, double, Rng, int, double, double)"/>), a line, a network. Source: Efron, "Bootstrap methods: another
/// look at the jackknife" (1979).
/// <code>
/// // The mean of numbers, and how far it can be trusted.
/// var band = BootstrapBand.Of(x.Count, rows => x.IndexSelect(0, rows).Mean().Reshape(1), new Rng(1));
/// Console.WriteLine($"{band.Lower.Item()} to {band.Upper.Item()}");
/// </code>
/// </remarks>
public sealed class BootstrapBand
{
    private BootstrapBand(Tensor predictions, Tensor lower, Tensor upper) =>
        (Predictions, Lower, Upper) = (predictions, lower, upper);

    /// <summary>The predictions of each resample, <c>[B, q]</c>.</summary>
    public Tensor Predictions { get; }

    /// <summary>The lower percentile at each point, <c>[q]</c>.</summary>
    public Tensor Lower { get; }

    /// <summary>The upper percentile at each point, <c>[q]</c>.</summary>
    public Tensor Upper { get; }

    /// <summary>Fits to resamples.</summary>
    /// <param name="samples">How many samples there are, 1 or more.</param>
    /// <param name="predict">
    /// Fits to the rows it is given, <c>[samples]</c> int64, and gives predictions <c>[q]</c> float32 or float64.
    /// </param>
    /// <param name="rng">Draws the resamples.</param>
    /// <param name="resamples">How many, 1 or more.</param>
    /// <param name="low">Percentile of the lower edge, 0 to 100.</param>
    /// <param name="high">Percentile of the upper edge, <paramref name="low"/> to 100.</param>
    /// <returns>The band.</returns>
    /// <exception cref="ShapeException">Predictions are no vectors of one size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static BootstrapBand Of(
        int samples, Func<Tensor, Tensor> predict, Rng rng, int resamples = 1000, double low = 5, double high = 95)
    {
        ArgumentNullException.ThrowIfNull(predict);
        Tensor rows = Draw(samples, rng, resamples);
        return Of(Tensor.Stack([.. Enumerable.Range(0, resamples).Select(b => predict(rows[b]).Detach())]), low, high);
    }

    /// <summary>The band of predictions that are there already.</summary>
    /// <param name="predictions"><c>[B, q]</c> float32 or float64, B 1 or more: those of each resample.</param>
    /// <param name="low">Percentile of the lower edge, 0 to 100.</param>
    /// <param name="high">Percentile of the upper edge, <paramref name="low"/> to 100.</param>
    /// <returns>The band; between two predictions, percentiles are on the line from one to the other.</returns>
    /// <exception cref="ShapeException">Predictions are no matrix with a row.</exception>
    /// <exception cref="ArgumentException">A number is not finite or out of range.</exception>
    public static BootstrapBand Of(Tensor predictions, double low = 5, double high = 95)
    {
        Check(low, high);
        double[] all = ClassicInput.Matrix("BootstrapBand", predictions);
        var (draws, q) = predictions.Shape;
        double[] lower = new double[q], upper = new double[q], sorted = new double[draws];
        for (int p = 0; p < q; p++)
        {
            for (int b = 0; b < draws; b++) sorted[b] = all[(b * q) + p];
            Array.Sort(sorted);
            (lower[p], upper[p]) = (Percentile(sorted, low), Percentile(sorted, high));
        }
        DType dtype = ClassicInput.ResultType(predictions);
        return new(predictions, ClassicInput.Result(lower, [q], dtype), ClassicInput.Result(upper, [q], dtype));
    }

    /// <summary>The empirical distribution function: which share of resamples predicts at most so much.</summary>
    /// <param name="values"><c>[q]</c>, or a single number for all points.</param>
    /// <returns><c>[q]</c> in the type of the predictions: 0 to 1.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Cdf(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Rank != 0 && values.Shape != Lower.Shape)
        {
            throw new ShapeException(
                $"BootstrapBand: values must be {Lower.Shape} or a single number, got {values.Shape}.", values.Shape);
        }
        return (Predictions <= values.To(Predictions.DType)).To(Predictions.DType).Mean(0);
    }

    internal static void Check(double low, double high)
    {
        if (low >= 0 && high >= low && high <= 100) return;
        throw new ArgumentOutOfRangeException(nameof(low), FormattableString.Invariant(
            $"Percentiles are {low} and {high}; expected 0 <= low <= high <= 100."));
    }

    /// <summary>Resamples, one in each row.</summary>
    internal static Tensor Draw(int samples, Rng rng, int resamples)
    {
        ArgumentNullException.ThrowIfNull(rng);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        long[] rows = new long[checked(resamples * samples)];
        for (int i = 0; i < rows.Length; i++) rows[i] = rng.NextInt(samples);
        return Tensor.From(rows, [resamples, samples]);
    }

    // Linear between the neighbours of position (B - 1) p / 100.
    private static double Percentile(double[] sorted, double percent)
    {
        double position = (sorted.Length - 1) * percent / 100;
        int below = Math.Min((int)position, sorted.Length - 1), above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
