using System.Globalization;
using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    /// <summary>How a resized signal gets the numbers between those it had.</summary>
    public enum UpsampleMode
    {
        /// <summary>The entry at or before the place.</summary>
        Nearest,

        /// <summary>Straight lines between neighbours, along each dimension: bilinear for images.</summary>
        Linear,
    }

    public static partial class F
    {
        /// <summary>
        /// Sequences, images or volumes made larger or smaller by factors. Entry i of the result stands at i / scale
        /// (nearest, rounded down) or (i + 0.5) / scale - 0.5 (linear, from 0 on) of x.
        /// </summary>
        /// <param name="x"><c>[N, C, ...]</c> float32 or float64, with one to three dimensions for the dots.</param>
        /// <param name="scales">Factors above 0, one for each of the last dimensions or one for all.</param>
        /// <param name="mode">What stands between the entries.</param>
        /// <param name="alignCorners">For linear: the first and last entries keep their places, and entry i stands at i
        /// (size - 1) / (newSize - 1).</param>
        /// <returns><c>[N, C, ...]</c> with floor(size * scale) entries along each dimension.</returns>
        /// <exception cref="ShapeException">x has not three to five dimensions, another number of them than there are
        /// factors, or the result would be empty.</exception>
        /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
        /// <exception cref="ArgumentException">Corners are aligned without lines between them.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A factor is not above 0, or there is no such
        /// mode.</exception>
        public static Tensor Upsample(
            Tensor x, ReadOnlySpan<double> scales, UpsampleMode mode = UpsampleMode.Nearest, bool alignCorners = false)
        {
            Resampling.Check("Upsample", x, scales.Length == 1 ? null : scales.Length, mode, alignCorners);
            Resampling.CheckScales("Upsample", scales);
            int rank = x.Rank - 2;
            int[] sizes = new int[rank];
            double[] steps = new double[rank];
            for (int d = 0; d < rank; d++)
            {
                double scale = scales[scales.Length == 1 ? 0 : d];
                (sizes[d], steps[d]) = ((int)Math.Floor(x.Shape[d + 2] * scale), scale);
            }
            return Resampling.Apply("Upsample", x, sizes, steps, mode, alignCorners);
        }

        /// <summary>
        /// Sequences, images or volumes resized. Entry i of the result stands at i size / newSize (nearest, rounded
        /// down) or (i + 0.5) size / newSize - 0.5 (linear, from 0 on) of x.
        /// </summary>
        /// <param name="x"><c>[N, C, ...]</c> float32 or float64, with one to three dimensions for the dots.</param>
        /// <param name="size">New sizes of the last dimensions.</param>
        /// <param name="mode">What stands between the entries.</param>
        /// <param name="alignCorners">For linear: the first and last entries keep their places, and entry i stands at i
        /// (size - 1) / (newSize - 1).</param>
        /// <returns><c>[N, C, size]</c>.</returns>
        /// <exception cref="ShapeException">x has not three to five dimensions, another number of them than there are
        /// sizes, or the result would be empty.</exception>
        /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
        /// <exception cref="ArgumentException">Corners are aligned without lines between them.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no such mode.</exception>
        /// <torch>torch.nn.functional.interpolate</torch>
        public static Tensor UpsampleTo(
            Tensor x, Shape size, UpsampleMode mode = UpsampleMode.Nearest, bool alignCorners = false)
        {
            Resampling.Check("UpsampleTo", x, size.Rank, mode, alignCorners);
            return Resampling.Apply("UpsampleTo", x, size.Dims.ToArray(), null, mode, alignCorners);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>Interpolation along one dimension after the other, each a <see cref="Band"/>.</summary>
    internal static class Resampling
    {
        public static void Check(string op, Tensor x, int? sizes, UpsampleMode mode, bool alignCorners)
        {
            ArgumentNullException.ThrowIfNull(x);
            CheckMode(op, mode, alignCorners);
            Elementwise.CheckType(op, x.DType, takesIntegers: false);
            if (x.Rank is < 3 or > 5 || (sizes is { } n && n != x.Rank - 2))
            {
                string count = sizes is { } s ? $" with {s} dimensions for the dots" : ", rank 3 to 5";
                throw new ShapeException($"{op}: expects [N, C, ...]{count}, got {x.Shape}.", x.Shape);
            }
        }

        public static void CheckMode(string op, UpsampleMode mode, bool alignCorners)
        {
            if (mode is not (UpsampleMode.Nearest or UpsampleMode.Linear))
                throw new ArgumentOutOfRangeException(nameof(mode), $"{op}: {mode} is no mode of resizing.");
            if (alignCorners && mode == UpsampleMode.Nearest)
                throw new ArgumentException($"{op}: corners are aligned in linear mode only.", nameof(alignCorners));
        }

        public static void CheckScales(string op, ReadOnlySpan<double> scales)
        {
            foreach (double scale in scales)
            {
                if (scale > 0 && double.IsFinite(scale)) continue;
                string given = scale.ToString(CultureInfo.InvariantCulture);
                throw new ArgumentOutOfRangeException(
                    nameof(scales), $"{op}: a factor must be above 0 and finite, got {given}.");
            }
        }

        /// <param name="op">Name for errors.</param>
        /// <param name="x">Input.</param>
        /// <param name="sizes">New sizes of the last dimensions.</param>
        /// <param name="scales">Factors that count instead of the ratio of sizes, if given.</param>
        /// <param name="mode">What stands between the entries.</param>
        /// <param name="alignCorners">Whether the ends keep their places.</param>
        public static Tensor Apply(
            string op, Tensor x, int[] sizes, double[]? scales, UpsampleMode mode, bool alignCorners)
        {
            for (int d = 0; d < sizes.Length; d++)
            {
                if (sizes[d] < 1 || x.Shape[d + 2] < 1)
                {
                    throw new ShapeException(
                        $"{op}: {x.Shape} cannot become [{string.Join(", ", sizes)}] in its last dimensions: "
                        + "sizes must be 1 or more.", x.Shape);
                }
            }
            Tensor y = x;
            for (int d = 0; d < sizes.Length; d++)
            {
                (int from, int to, double? scale) = (x.Shape[d + 2], sizes[d], scales?[d]);
                bool same = from == to && (scale is null or 1 || alignCorners);
                if (!same) y = BandNode.Apply(y, Rows(from, to, scale, mode, alignCorners), d + 2);
            }
            return y;
        }

        private static Band Rows(int from, int to, double? scale, UpsampleMode mode, bool alignCorners)
        {
            if (mode == UpsampleMode.Nearest)
            {
                // A quotient is rounded once: where it is whole, it is exact.
                return Band.Of(to, from, i => ((int)Math.Min(
                    from - 1, scale is { } s ? (long)Math.Floor(i / s) : (long)i * from / to), [1.0]));
            }
            return Band.Of(to, from, i =>
            {
                double at = alignCorners
                    ? to == 1 ? 0 : (double)i * (from - 1) / (to - 1)
                    : Math.Max(0, (scale is { } s ? (i + 0.5) / s : (i + 0.5) * from / to) - 0.5);
                int first = Math.Min((int)at, from - 1);
                double share = at - first;
                return first == from - 1 || share == 0 ? (first, [1.0]) : (first, [1 - share, share]);
            });
        }
    }
}
