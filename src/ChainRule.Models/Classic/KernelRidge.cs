using System.Globalization;

namespace ChainRule.Models;

/// <summary>
/// Ridge regression in the space of a kernel: alpha = (K + lambda I)^-1 y, and a prediction is the sum of alpha_i
/// k(x*, x_i) over the samples. There is no intercept.
/// </summary>
/// <remarks>
/// Computed in double precision; results have the type of the data. Cost: m^3 / 3 products for m samples. Source:
/// Saunders, Gammerman and Vovk, "Ridge regression learning algorithm in dual variables" (1998).
/// <code>
/// var model = KernelRidge.Fit(x, y, new RbfKernel(Gamma: 0.5), lambda: 0.1);
/// Tensor guess = model.Predict(xNew);
/// var band = KernelRidge.Bootstrap(x, y, xNew, new RbfKernel(0.5), 0.1, new Rng(1));
/// </code>
/// </remarks>
public sealed class KernelRidge
{
    private readonly double[] _samples, _alpha;
    private readonly int _features;

    private KernelRidge(KernelFunction kernel, double lambda, double[] samples, double[] alpha, Tensor x, Tensor k)
    {
        (Kernel, Lambda, _samples, _alpha, KernelMatrix) = (kernel, lambda, samples, alpha, k);
        _features = x.Shape[1];
        Alpha = ClassicInput.Result(alpha, [alpha.Length], k.DType);
    }

    /// <summary>How likeness is measured.</summary>
    public KernelFunction Kernel { get; }

    /// <summary>Weight of the penalty.</summary>
    public double Lambda { get; }

    /// <summary>K, the kernel of all pairs of samples, <c>[m, m]</c>.</summary>
    public Tensor KernelMatrix { get; }

    /// <summary>Weight of each sample, <c>[m]</c>.</summary>
    public Tensor Alpha { get; }

    /// <summary>Fits samples.</summary>
    /// <param name="x"><c>[m, n]</c>: samples.</param>
    /// <param name="y"><c>[m]</c>: what is to be predicted of each.</param>
    /// <param name="kernel">How likeness is measured.</param>
    /// <param name="lambda">Weight of the penalty, 0 or more; above 0, there is always a solution.</param>
    /// <returns>The fitted model.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="ArgumentException">
    /// A number is not finite, <paramref name="lambda"/> is negative, or the equations have no one solution.
    /// </exception>
    public static KernelRidge Fit(Tensor x, Tensor y, KernelFunction kernel, double lambda)
    {
        var (samples, targets) = Checked(x, y, kernel, lambda);
        double[] k = kernel.Matrix(samples, samples, x.Shape[1]);
        int m = targets.Length;
        return new(
            kernel, lambda, samples, Solve(k, targets, lambda), x,
            ClassicInput.Result(k, [m, m], ClassicInput.ResultType(x)));
    }

    /// <summary>Predictions at new points.</summary>
    /// <param name="x"><c>[q, n]</c>: points.</param>
    /// <returns><c>[q]</c> in the type of the samples.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Predict(Tensor x)
    {
        double[] points = ClassicInput.Matrix("KernelRidge", x, _features);
        double[] k = Kernel.Matrix(points, _samples, _features), sums = new double[x.Shape[0]];
        for (int i = 0; i < sums.Length; i++) sums[i] = Dot(k.AsSpan(i * _alpha.Length, _alpha.Length), _alpha);
        return ClassicInput.Result(sums, [sums.Length], Alpha.DType);
    }

    /// <summary>
    /// How much predictions depend on the samples: fits as many resamples of them, drawn with repetition, and takes
    /// percentiles of their predictions.
    /// </summary>
    /// <param name="x"><c>[m, n]</c>: samples.</param>
    /// <param name="y"><c>[m]</c>: what is to be predicted of each.</param>
    /// <param name="xNew"><c>[q, n]</c>: points to predict at.</param>
    /// <param name="kernel">How likeness is measured.</param>
    /// <param name="lambda">Weight of the penalty; above 0, since resamples repeat samples.</param>
    /// <param name="rng">Draws the resamples.</param>
    /// <param name="resamples">How many, 1 or more.</param>
    /// <param name="low">Percentile of the lower edge, 0 to 100.</param>
    /// <param name="high">Percentile of the upper edge, <paramref name="low"/> to 100.</param>
    /// <returns>The band.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="ArgumentException">A number is out of range, or equations have no one solution.</exception>
    public static BootstrapBand Bootstrap(
        Tensor x, Tensor y, Tensor xNew, KernelFunction kernel, double lambda, Rng rng, int resamples = 1000,
        double low = 5, double high = 95)
    {
        ArgumentNullException.ThrowIfNull(x);
        ClassicInput.Matrix("KernelRidge", x);
        return Bootstrap(
            x, y, xNew, kernel, lambda, BootstrapBand.Draw(x.Shape[0], rng, resamples), low, high);
    }

    /// <summary>The same with the resamples given.</summary>
    /// <param name="x"><c>[m, n]</c>: samples.</param>
    /// <param name="y"><c>[m]</c>: what is to be predicted of each.</param>
    /// <param name="xNew"><c>[q, n]</c>: points to predict at.</param>
    /// <param name="kernel">How likeness is measured.</param>
    /// <param name="lambda">Weight of the penalty; above 0, since resamples repeat samples.</param>
    /// <param name="indices"><c>[B, s]</c> int64: a resample in each row, as rows of <paramref name="x"/>.</param>
    /// <param name="low">Percentile of the lower edge, 0 to 100.</param>
    /// <param name="high">Percentile of the upper edge, <paramref name="low"/> to 100.</param>
    /// <returns>The band.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="ArgumentException">A number is out of range, or equations have no one solution.</exception>
    public static BootstrapBand Bootstrap(
        Tensor x, Tensor y, Tensor xNew, KernelFunction kernel, double lambda, Tensor indices, double low = 5,
        double high = 95)
    {
        var (samples, targets) = Checked(x, y, kernel, lambda);
        int n = x.Shape[1], m = targets.Length;
        double[] points = ClassicInput.Matrix("KernelRidge", xNew, n);
        ClassicInput.Matrix("KernelRidge", indices);
        BootstrapBand.Check(low, high);
        var (draws, size) = indices.Shape;
        long[] rows = indices.To(DType.Int64).ToArray<long>();
        if (Array.Find(rows, r => r < 0 || r >= m) is var wrong && (wrong < 0 || wrong >= m))
        {
            throw new ArgumentOutOfRangeException(
                nameof(indices), wrong, $"KernelRidge: a resample names row {wrong}; there are rows 0 to {m - 1}.");
        }

        // Every kernel that a resample needs is one of these.
        double[] between = kernel.Matrix(samples, samples, n), beyond = kernel.Matrix(points, samples, n);
        int q = xNew.Shape[0];
        double[] predictions = new double[draws * q], k = new double[size * size], drawn = new double[size];
        for (int b = 0; b < draws; b++)
        {
            var take = rows.AsSpan(b * size, size);
            for (int i = 0; i < size; i++)
            {
                drawn[i] = targets[take[i]];
                for (int j = 0; j < size; j++) k[(i * size) + j] = between[(take[i] * m) + take[j]];
            }
            double[] alpha = Solve(k, drawn, lambda);
            for (int p = 0; p < q; p++)
            {
                double sum = 0;
                for (int i = 0; i < size; i++) sum += alpha[i] * beyond[(p * m) + take[i]];
                predictions[(b * q) + p] = sum;
            }
        }
        return BootstrapBand.Of(ClassicInput.Result(predictions, [draws, q], ClassicInput.ResultType(x)), low, high);
    }

    private static (double[] Samples, double[] Targets) Checked(
        Tensor x, Tensor y, KernelFunction kernel, double lambda)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        if (!(lambda >= 0 && double.IsFinite(lambda)))
        {
            throw new ArgumentOutOfRangeException(nameof(lambda), FormattableString.Invariant(
                $"KernelRidge: lambda is {lambda}; expected 0 or more."));
        }
        return (ClassicInput.Matrix("KernelRidge", x), ClassicInput.Vector("KernelRidge", y, x.Shape[0]));
    }

    private static double[] Solve(double[] k, double[] y, double lambda)
    {
        double[] a = [.. k];
        for (int i = 0; i < y.Length; i++) a[(i * y.Length) + i] += lambda;
        return LinearSolver.Solve(a, y) ?? throw new ArgumentException(
            "KernelRidge: K + lambda I has no inverse with lambda "
            + $"{lambda.ToString(CultureInfo.InvariantCulture)}; some samples are alike to the kernel, and a larger "
            + "lambda tells them apart.", nameof(lambda));
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
