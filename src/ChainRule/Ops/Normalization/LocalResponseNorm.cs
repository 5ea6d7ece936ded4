using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Local response normalisation across channels: y[n, c, ...] = x[n, c, ...] / (k + alpha / size * sum over c' of
    /// x[n, c', ...]^2)^beta, c' running over size channels from c - floor(size / 2); those beyond the ends count 0.
    /// </summary>
    /// <param name="x"><c>[N, C, ...]</c> float32 or float64.</param>
    /// <param name="size">Channels of the sum.</param>
    /// <param name="alpha">Factor of the mean square.</param>
    /// <param name="beta">Exponent.</param>
    /// <param name="k">Added to it.</param>
    /// <returns><c>*</c>, same dtype.</returns>
    /// <exception cref="ShapeException">The rank is below 2.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is below 1, or another number not
    /// finite.</exception>
    /// <remarks>
    /// Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks"
    /// (2012), section 3.3, with PyTorch's division of alpha by the size.
    /// </remarks>
    public static Tensor LocalResponseNorm(
        Tensor x, int size, double alpha = 1e-4, double beta = 0.75, double k = 1)
    {
        ArgumentNullException.ThrowIfNull(x);
        Elementwise.CheckType("LocalResponseNorm", x.DType, takesIntegers: false);
        if (size < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(size), $"LocalResponseNorm: size must be 1 or more, got {size}.");
        }
        CheckResponse("LocalResponseNorm", alpha, beta, k);
        if (x.Rank < 2)
            throw new ShapeException($"LocalResponseNorm: expects [N, C, ...], got {x.Shape}.", x.Shape);
        int channels = x.Shape[1];
        Band sums = Band.Of(channels, channels, c =>
        {
            int first = Math.Max(0, c - (size / 2)), end = Math.Min(channels, c - (size / 2) + size);
            double[] weights = new double[end - first];
            Array.Fill(weights, alpha / size);
            return (first, weights);
        });
        return x * (BandNode.Apply(x.Square(), sums, 1) + k).Pow(-beta);
    }

    internal static void CheckResponse(string of, double alpha, double beta, double k)
    {
        OptionCheck.Finite(of, nameof(alpha), alpha);
        OptionCheck.Finite(of, nameof(beta), beta);
        OptionCheck.Finite(of, nameof(k), k);
    }
}
