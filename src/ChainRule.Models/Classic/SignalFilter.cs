namespace ChainRule.Models;

/// <summary>What a filter sees beyond the ends of a signal.</summary>
public enum FilterBoundary
{
    /// <summary>Zeros.</summary>
    Zero,

    /// <summary>The value at the end, repeated.</summary>
    Replicate,

    /// <summary>The mirror image without the end itself: x[-k] = x[k].</summary>
    Mirror,

    /// <summary>The other end: the signal is one period of one that goes on for ever.</summary>
    Circular,

    /// <summary>Nothing: the result has only the places whose window lies inside the signal.</summary>
    Valid,
}

/// <summary>Which way round the kernel of a filter is laid on the signal.</summary>
public enum FilterMode
{
    /// <summary>Reversed, the convolution of mathematics: y[i] = sum over j of h[j] x[i + m - j].</summary>
    Convolution,

    /// <summary>As it is, the convolution of neural networks: y[i] = sum over j of h[j] x[i - m + j].</summary>
    Correlation,
}

/// <summary>
/// A filter of signals: the sum of a window's values, weighted by a kernel h of odd length K with its centre at
/// m = (K - 1) / 2.
/// </summary>
/// <remarks>
/// Differentiable by signal and kernel, to any order.
/// <code>
/// var blur = new SignalFilter(FilterKernel.Gaussian(5, sigma: 1), FilterBoundary.Mirror);
/// Tensor smooth = blur.Apply(signal);
/// </code>
/// </remarks>
public sealed class SignalFilter
{
    /// <summary>A filter.</summary>
    /// <param name="kernel"><c>[K]</c>, K odd: the weights.</param>
    /// <param name="boundary">What is seen beyond the ends.</param>
    /// <param name="mode">Which way round the kernel is laid.</param>
    /// <exception cref="ShapeException">The kernel is no vector of odd length.</exception>
    /// <exception cref="DTypeException">It is not float32 or float64.</exception>
    public SignalFilter(
        Tensor kernel, FilterBoundary boundary = FilterBoundary.Zero, FilterMode mode = FilterMode.Convolution)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        if (kernel.Rank != 1 || kernel.Count % 2 == 0)
        {
            throw new ShapeException(
                $"SignalFilter: the kernel must be [K] with K odd, got {kernel.Shape}.", kernel.Shape);
        }
        ClassicInput.NeedFloat("SignalFilter", kernel, "the kernel");
        (Kernel, Boundary, Mode) = (kernel, boundary, mode);
    }

    /// <summary>The weights, <c>[K]</c>.</summary>
    public Tensor Kernel { get; }

    /// <summary>What is seen beyond the ends.</summary>
    public FilterBoundary Boundary { get; }

    /// <summary>Which way round the kernel is laid.</summary>
    public FilterMode Mode { get; }

    /// <summary>Filters signals.</summary>
    /// <param name="x"><c>[..., n]</c> in the type of the kernel: signals.</param>
    /// <returns><c>[..., n]</c>, or <c>[..., n - K + 1]</c> for <see cref="FilterBoundary.Valid"/>.</returns>
    /// <exception cref="ShapeException">
    /// There is no signal, or nothing is left of it: K is above n for <see cref="FilterBoundary.Valid"/>.
    /// </exception>
    public Tensor Apply(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        int least = Boundary == FilterBoundary.Valid ? Kernel.Count : 1, n = x.Rank == 0 ? 0 : x.Shape[^1];
        if (n < least)
        {
            throw new ShapeException(
                $"SignalFilter: expects [..., n] with n {least} or more for boundary {Boundary} and a kernel of "
                + $"{Kernel.Count}, got {x.Shape}.", x.Shape);
        }
        ClassicInput.SameType("SignalFilter", x, nameof(x), Kernel.DType, "the kernel");
        int m = Kernel.Count / 2;
        Tensor weight = (Mode == FilterMode.Convolution ? Kernel.Flip(0) : Kernel).Reshape(1, 1, -1);
        Tensor rows = x.Reshape(x.Count / n, 1, n);
        if (Boundary is not (FilterBoundary.Zero or FilterBoundary.Valid))
        {
            long[] seen = new long[n + (2 * m)];
            for (int i = 0; i < seen.Length; i++) seen[i] = Inside(i - m, n);
            rows = rows.IndexSelect(2, Tensor.From(seen));
        }
        Tensor y = F.Conv1d(rows, weight, padding: Boundary == FilterBoundary.Zero ? m : 0);
        return y.Reshape([.. x.Shape.ToArray()[..^1], y.Shape[2]]);
    }

    /// <summary>The place in the signal that stands for place i; i may be far outside a short one.</summary>
    private int Inside(int i, int n) => Boundary switch
    {
        FilterBoundary.Replicate => Math.Clamp(i, 0, n - 1),
        FilterBoundary.Circular => Wrap(i, n),
        // Mirrored at both ends, over and over: up to n - 1 and down again.
        _ => n - 1 - Math.Abs(Wrap(i, Math.Max(2 * (n - 1), 1)) - (n - 1)),
    };

    private static int Wrap(int i, int period) => ((i % period) + period) % period;
}

/// <summary>
/// Kernels with a name, for <see cref="SignalFilter"/>; all but <see cref="Translation"/> are symmetric.
/// </summary>
public static class FilterKernel
{
    /// <summary>Changes nothing: 1 at the centre.</summary>
    /// <param name="size">Length, odd.</param>
    /// <param name="dtype">Float32 or float64.</param>
    /// <returns><c>[size]</c>.</returns>
    /// <exception cref="ArgumentException">The size is not odd.</exception>
    public static Tensor Identity(int size, DType dtype = DType.Float32) => Make(size, dtype, i => i == 0 ? 1 : 0);

    /// <summary>
    /// Moves the signal by so many places, y[i] = x[i - shift] in <see cref="FilterMode.Convolution"/>.
    /// </summary>
    /// <param name="size">Length, odd.</param>
    /// <param name="shift">Places to the right, from -(size - 1) / 2 to (size - 1) / 2.</param>
    /// <param name="dtype">Float32 or float64.</param>
    /// <returns><c>[size]</c>.</returns>
    /// <exception cref="ArgumentException">The size is not odd, or the shift leaves the kernel.</exception>
    public static Tensor Translation(int size, int shift, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Abs((long)shift), size / 2, nameof(shift));
        return Make(size, dtype, i => i == shift ? 1 : 0);
    }

    /// <summary>The mean of the window.</summary>
    /// <param name="size">Length, odd.</param>
    /// <param name="dtype">Float32 or float64.</param>
    /// <returns><c>[size]</c>.</returns>
    /// <exception cref="ArgumentException">The size is not odd.</exception>
    public static Tensor Average(int size, DType dtype = DType.Float32) => Make(size, dtype, _ => 1.0 / size);

    /// <summary>The bell exp(-i^2 / (2 sigma^2)), scaled to the sum 1.</summary>
    /// <param name="size">Length, odd.</param>
    /// <param name="sigma">Standard deviation in places, above 0.</param>
    /// <param name="dtype">Float32 or float64.</param>
    /// <returns><c>[size]</c>.</returns>
    /// <exception cref="ArgumentException">The size is not odd, or sigma not positive.</exception>
    public static Tensor Gaussian(int size, double sigma, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sigma);
        Tensor bell = Make(size, DType.Float64, i => Math.Exp(-i * i / (2 * sigma * sigma)));
        return (bell / bell.Sum()).To(dtype);
    }

    /// <summary>Twice the signal less the mean of the window: edges stand out.</summary>
    /// <param name="size">Length, odd.</param>
    /// <param name="dtype">Float32 or float64.</param>
    /// <returns><c>[size]</c>.</returns>
    /// <exception cref="ArgumentException">The size is not odd.</exception>
    public static Tensor Sharpen(int size, DType dtype = DType.Float32) =>
        Make(size, dtype, i => (i == 0 ? 2 : 0) - (1.0 / size));

    /// <summary>The second difference, x[i - 1] - 2 x[i] + x[i + 1].</summary>
    /// <param name="dtype">Float32 or float64.</param>
    /// <returns><c>[3]</c>.</returns>
    public static Tensor Laplacian(DType dtype = DType.Float32) => Make(3, dtype, i => i == 0 ? -2 : 1);

    /// <summary>The second derivative of a bell, (i^2 / sigma^4 - 1 / sigma^2) exp(-i^2 / (2 sigma^2)).</summary>
    /// <param name="size">Length, odd.</param>
    /// <param name="sigma">Standard deviation of the bell in places, above 0.</param>
    /// <param name="dtype">Float32 or float64.</param>
    /// <returns><c>[size]</c>.</returns>
    /// <exception cref="ArgumentException">The size is not odd, or sigma not positive.</exception>
    public static Tensor LaplacianOfGaussian(int size, double sigma, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sigma);
        double s = sigma * sigma;
        return Make(size, dtype, i => ((i * i / (s * s)) - (1 / s)) * Math.Exp(-i * i / (2 * s)));
    }

    private static Tensor Make(int size, DType dtype, Func<double, double> weight)
    {
        if (size < 1 || size % 2 == 0)
            throw new ArgumentException($"FilterKernel: the size must be odd and positive, got {size}.", nameof(size));
        double[] weights = new double[size];
        for (int i = 0; i < size; i++) weights[i] = weight(i - (size / 2));
        return Tensor.From(weights).To(dtype);
    }
}
