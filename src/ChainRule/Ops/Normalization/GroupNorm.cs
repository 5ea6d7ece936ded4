using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Group normalisation: y = (x - mean) / sqrt(var + eps) * weight + bias, with mean and biased variance of each
        /// sample over a group of neighbouring channels and all that lies behind them.
        /// </summary>
        /// <param name="x"><c>[N, C, ...]</c> float32 or float64.</param>
        /// <param name="groups">Groups of C / groups channels.</param>
        /// <param name="weight"><c>[C]</c> same dtype; 1 if left out.</param>
        /// <param name="bias"><c>[C]</c> same dtype; 0 if left out.</param>
        /// <param name="eps">Added to the variance.</param>
        /// <returns><c>*</c>, same dtype.</returns>
        /// <exception cref="ShapeException">The rank is below 2, the groups do not divide the channels, or weight or
        /// bias is not [C].</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="groups"/> is below 1, or
        /// <paramref name="eps"/> negative or not finite.</exception>
        /// <remarks>Source: Wu and He, "Group normalization" (2018), eqs. 1 to 7.</remarks>
        public static Tensor GroupNorm(
            Tensor x, int groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
            GroupNormalization.Apply("GroupNorm", x, groups, weight, bias, eps);

        /// <summary>
        /// Instance normalisation: y = (x - mean) / sqrt(var + eps) * weight + bias, with mean and biased variance of
        /// each channel of each sample.
        /// </summary>
        /// <param name="x"><c>[N, C, d1, ...]</c> float32 or float64.</param>
        /// <param name="weight"><c>[C]</c> same dtype; 1 if left out.</param>
        /// <param name="bias"><c>[C]</c> same dtype; 0 if left out.</param>
        /// <param name="eps">Added to the variance.</param>
        /// <returns><c>*</c>, same dtype.</returns>
        /// <exception cref="ShapeException">The rank is below 3, a channel has one value, or weight or bias is not
        /// [C].</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite.</exception>
        /// <remarks>
        /// Source: Ulyanov, Vedaldi and Lempitsky, "Instance normalization: the missing ingredient for fast
        /// stylization" (2016), eq. 4.
        /// </remarks>
        public static Tensor InstanceNorm(Tensor x, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (x.Rank < 3)
                throw new ShapeException($"InstanceNorm: expects [N, C, d1, ...], got {x.Shape}.", x.Shape);
            int channels = x.Shape[0] * x.Shape[1];
            if (channels > 0 && x.Count == channels)
            {
                throw new ShapeException(
                    $"InstanceNorm: needs more than one value a channel, got {x.Shape}.", x.Shape);
            }
            return GroupNormalization.Apply("InstanceNorm", x, Math.Max(x.Shape[1], 1), weight, bias, eps);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>Normalisation by groups of channels: layer normalisation of each group, then scale and shift.</summary>
    internal static class GroupNormalization
    {
        public static Tensor Apply(string op, Tensor x, int groups, Tensor? weight, Tensor? bias, double eps)
        {
            ArgumentNullException.ThrowIfNull(x);
            Elementwise.CheckType(op, x.DType, takesIntegers: false);
            if (x.Rank < 2) throw new ShapeException($"{op}: expects [N, C, ...], got {x.Shape}.", x.Shape);
            int channels = x.Shape[1];
            if (groups < 1)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(groups), $"{op}: groups must be 1 or more, got {groups}.");
            }
            OptionCheck.NotNegative(op, nameof(eps), eps);
            if (channels % groups != 0)
                throw new ShapeException($"{op}: {groups} groups do not divide the channels of {x.Shape}.", x.Shape);
            Tensor? scale = Channelwise(op, x, nameof(weight), weight), shift = Channelwise(op, x, nameof(bias), bias);
            Tensor y = x;
            if (x.Count > 0)
            {
                int group = x.Count / (x.Shape[0] * groups);
                y = F.LayerNorm(x.Reshape(x.Shape[0] * groups, group), [group], eps: eps).Reshape(x.Shape);
            }
            if (scale is not null) y = y * scale;
            return shift is null ? y : y + shift;
        }

        /// <summary>A number for each channel, in the shape that broadcasts to [N, C, ...].</summary>
        public static Tensor? Channelwise(string op, Tensor x, string what, Tensor? t)
        {
            if (t is null) return null;
            if (t.Shape != [x.Shape[1]])
            {
                throw new ShapeException(
                    $"{op}: {what} must be [{x.Shape[1]}] for {x.Shape}, got {t.Shape}.", t.Shape, x.Shape);
            }
            if (t.DType != x.DType)
            {
                throw new DTypeException(
                    $"{op}: {what} is {t.DType.Text()}, x {x.DType.Text()}.", t.DType, x.DType);
            }
            int[] along = new int[x.Rank - 1];
            Array.Fill(along, 1);
            along[0] = x.Shape[1];
            return t.Reshape(along);
        }
    }
}
