using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    /// <summary>What a weighted mean around a pixel does where its window leaves the image.</summary>
    public enum ContrastBorder
    {
        /// <summary>Pixels outside count 0.</summary>
        Zero,

        /// <summary>Only pixels inside count: the weights that fall inside are scaled to the sum 1.</summary>
        Renormalise,
    }

    public static partial class F
    {
        /// <summary>
        /// Subtractive contrast normalisation: from each pixel the weighted mean over all channels around it is taken,
        /// y[n, c, i, j] = x[n, c, i, j] - m[n, i, j] with m = sum over c, p, q of w[p, q] x[n, c, i + p, j + q] and w
        /// a Gaussian window whose weights over all channels sum to 1.
        /// </summary>
        /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
        /// <param name="kernelSize">Height and width of the window, odd.</param>
        /// <param name="sigma">Standard deviation of the Gaussian in pixels, above 0.</param>
        /// <param name="border">What happens at the border.</param>
        /// <returns><c>*</c>, same dtype.</returns>
        /// <exception cref="ShapeException">x has not four dimensions.</exception>
        /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The size is not odd, sigma is not above 0, or there is no such
        /// border.</exception>
        /// <remarks>
        /// Source: Jarrett, Kavukcuoglu, Ranzato and LeCun, "What is the best multi-stage architecture for object
        /// recognition?" (2009), section 2.
        /// </remarks>
        /// <torch>none</torch>
        public static Tensor SubtractiveNorm(
            Tensor x, int kernelSize, double sigma, ContrastBorder border = ContrastBorder.Zero) =>
            new LocalContrast("SubtractiveNorm", x, kernelSize, sigma, border).Subtract(x);

        /// <summary>
        /// Divisive contrast normalisation: y[n, c, i, j] = x[n, c, i, j] / max(floor, s[n, i, j]), s being the square
        /// root of the weighted mean of the squares around the pixel, s^2 = sum over c, p, q of w[p, q] x[n, c, i + p,
        /// j + q]^2.
        /// </summary>
        /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
        /// <param name="kernelSize">Height and width of the window, odd.</param>
        /// <param name="sigma">Standard deviation of the Gaussian in pixels, above 0.</param>
        /// <param name="border">What happens at the border.</param>
        /// <param name="floor">Least divisor; if left out, the mean of s over the sample, through which gradients
        /// flow.</param>
        /// <returns><c>*</c>, same dtype; 0 where the divisor is 0.</returns>
        /// <exception cref="ShapeException">x has not four dimensions.</exception>
        /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The size is not odd, sigma is not above 0, the floor is
        /// negative, or there is no such border.</exception>
        /// <remarks>Source: Jarrett et al. (2009), section 2; see <see cref="SubtractiveNorm"/>.</remarks>
        /// <torch>none</torch>
        public static Tensor DivisiveNorm(
            Tensor x, int kernelSize, double sigma, ContrastBorder border = ContrastBorder.Zero,
            double? floor = null) =>
            new LocalContrast("DivisiveNorm", x, kernelSize, sigma, border, floor).Divide(x, floor);

        /// <summary>
        /// Local contrast normalisation: <see cref="SubtractiveNorm"/>, then <see cref="DivisiveNorm"/>, with the same
        /// window.
        /// </summary>
        /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
        /// <param name="kernelSize">Height and width of the window, odd.</param>
        /// <param name="sigma">Standard deviation of the Gaussian in pixels, above 0.</param>
        /// <param name="border">What happens at the border.</param>
        /// <param name="floor">Least divisor; if left out, the mean over the sample.</param>
        /// <returns><c>*</c>, same dtype.</returns>
        /// <exception cref="ShapeException">x has not four dimensions.</exception>
        /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The size is not odd, sigma is not above 0, the floor is
        /// negative, or there is no such border.</exception>
        /// <torch>none</torch>
        public static Tensor LocalContrastNorm(
            Tensor x, int kernelSize, double sigma, ContrastBorder border = ContrastBorder.Zero, double? floor = null)
        {
            LocalContrast window = new("LocalContrastNorm", x, kernelSize, sigma, border, floor);
            return window.Divide(window.Subtract(x), floor);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>
    /// The Gaussian window of contrast normalisation. It is a product of one along H and one along W, and so is the sum
    /// of its weights inside the image: a band for each.
    /// </summary>
    internal sealed class LocalContrast
    {
        private readonly Band _rows;
        private readonly Band _columns;

        public LocalContrast(
            string op, Tensor x, int kernelSize, double sigma, ContrastBorder border, double? floor = null)
        {
            Check(op, kernelSize, sigma, border, floor);
            PoolingOptions.CheckInput(op, x, 2);
            double[] gauss = new double[kernelSize];
            int centre = kernelSize / 2;
            for (int p = 0; p < kernelSize; p++)
                gauss[p] = Math.Exp(-(p - centre) * (p - centre) / (2 * sigma * sigma));
            _rows = Window(x.Shape[2], gauss, border);
            _columns = x.Shape[3] == x.Shape[2] ? _rows : Window(x.Shape[3], gauss, border);
        }

        public static void Check(string op, int kernelSize, double sigma, ContrastBorder border, double? floor)
        {
            if (kernelSize < 1 || kernelSize % 2 == 0)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(kernelSize), $"{op}: kernelSize must be odd and above 0, got {kernelSize}.");
            }
            OptionCheck.That(op, nameof(sigma), sigma, sigma > 0, "a number above 0");
            if (border is not (ContrastBorder.Zero or ContrastBorder.Renormalise))
                throw new ArgumentOutOfRangeException(nameof(border), $"{op}: {border} is no kind of border.");
            OptionCheck.NotNegative(op, nameof(floor), floor ?? 0);
        }

        public Tensor Subtract(Tensor x) => x - Mean(x);

        public Tensor Divide(Tensor x, double? floor)
        {
            Tensor deviation = Roots.Of(Mean(x.Square()), 2);
            Tensor divisor = floor is { } f
                ? deviation.Clamp(min: f)
                : deviation.Maximum(deviation.Mean([2, 3], keepDim: true));

            // A divisor of 0 belongs to a window of zeros.
            return x / divisor.MaskedFill(divisor.EqualTo(0), 1);
        }

        // [N, 1, H, W]
        private Tensor Mean(Tensor x) =>
            BandNode.Apply(BandNode.Apply(x.Mean(1, keepDim: true), _rows, 2), _columns, 3);

        private static Band Window(int size, double[] gauss, ContrastBorder border) => Band.Of(size, size, at =>
        {
            int centre = gauss.Length / 2, first = Math.Max(0, at - centre), end = Math.Min(size, at + centre + 1);
            double[] inside = gauss[(first - at + centre)..(end - at + centre)];
            double sum = (border == ContrastBorder.Zero ? gauss : inside).Sum();
            return (first, [.. inside.Select(g => g / sum)]);
        });
    }
}
