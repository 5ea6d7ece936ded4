using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// The k largest numbers of each row of a sequence, in the order in which they stand there.
        /// </summary>
        /// <param name="x"><c>[N, C, T]</c> float32 or float64.</param>
        /// <param name="k">How many to keep, 0 to T.</param>
        /// <returns><c>[N, C, k]</c>.</returns>
        /// <exception cref="ShapeException">x has not three dimensions, or fewer than k numbers a row.</exception>
        /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is negative.</exception>
        /// <remarks>
        /// NaN counts as largest; of equals the first are kept. Source: Kalchbrenner, Grefenstette and Blunsom, "A
        /// convolutional neural network for modelling sentences" (2014), section 3.2.
        /// </remarks>
        /// <torch>none</torch>
        public static Tensor KMaxPool(Tensor x, int k) => KMaxPooling.Apply(x, k).Output;

        /// <summary>As <see cref="KMaxPool"/>, with the places of what is kept.</summary>
        /// <param name="x"><c>[N, C, T]</c> float32 or float64.</param>
        /// <param name="k">How many to keep, 0 to T.</param>
        /// <returns><c>[N, C, k]</c> twice: the numbers, and their Int64 places along T, increasing.</returns>
        /// <exception cref="ShapeException">x has not three dimensions, or fewer than k numbers a row.</exception>
        /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is negative.</exception>
        /// <torch>none</torch>
        public static (Tensor Output, Tensor Indices) KMaxPoolWithIndices(Tensor x, int k) => KMaxPooling.Apply(x, k);
    }
}

namespace ChainRule.Ops
{
    internal static class KMaxPooling
    {
        public static (Tensor Output, Tensor Indices) Apply(Tensor x, int k)
        {
            PoolingOptions.CheckInput("KMaxPool", x, 1);
            if (k < 0)
                throw new ArgumentOutOfRangeException(nameof(k), $"KMaxPool: k must be 0 or more, got {k}.");
            int length = x.Shape[2];
            if (k > length)
            {
                throw new ShapeException(
                    $"KMaxPool: {x.Shape} has {length} numbers a row, fewer than k = {k}.", x.Shape);
            }
            return Ordering.Apply("kmax_pool", x, 2, k, descending: true, byPlace: true);
        }
    }
}
