using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Negative log-likelihood of numbers that follow normal distributions of predicted mean and variance: terms
        /// (ln v + (input - target)^2 / v) / 2 with v = max(variance, epsilon).
        /// </summary>
        /// <param name="input"><c>...</c> float32 or float64: the predicted means.</param>
        /// <param name="target"><c>*</c>, same dtype: the numbers.</param>
        /// <param name="variance"><c>*</c>, same dtype: the predicted variances, 0 or more; or of size 1, or without,
        /// in the last dimension.</param>
        /// <param name="full">Adds ln(2 pi) / 2.</param>
        /// <param name="epsilon">Least variance, above 0; the derivative takes no notice of it.</param>
        /// <param name="reduction">What is made of the terms.</param>
        /// <returns><c>[]</c>, or the shape of <paramref name="input"/> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is not above 0 or not
        /// finite.</exception>
        /// <remarks>
        /// Source: Nix and Weigend, "Estimating the mean and variance of the target probability distribution" (1994).
        /// </remarks>
        public static Tensor GaussianNllLoss(
            Tensor input, Tensor target, Tensor variance, bool full = false, double epsilon = 1e-6,
            Reduction reduction = Reduction.Mean)
        {
            const string Name = "GaussianNllLoss";
            ArgumentNullException.ThrowIfNull(variance);
            Losses.CheckPair(Name, input, target);
            OptionCheck.Positive(Name, nameof(epsilon), epsilon);
            if (variance.Rank == input.Rank - 1 && variance.Dims.SequenceEqual(input.Dims[..^1]))
                variance = variance.Unsqueeze(-1);
            Losses.CheckFactor(Name, nameof(variance), variance, input);
            Tensor terms = Elementwise.Apply(input - target, variance, new GaussianOp(epsilon));
            return Losses.Reduce(full ? terms + (Math.Log(2 * Math.PI) / 2) : terms, reduction);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>(ln v + a^2 / v) / 2 with v = max(b, epsilon).</summary>
    internal readonly struct GaussianOp(double epsilon) : IBinaryOp
    {
        public static string Name => "gaussian_nll_loss";

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V>
        {
            V v = V.Max(b, V.Const(epsilon));
            return V.Const(0.5) * (V.Log(v) + (a * a / v));
        }

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => dy * a / V.Max(b, V.Const(epsilon));

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V>
        {
            V v = V.Max(b, V.Const(epsilon));
            return V.Const(0.5) * dy * ((V.One - (a * a / v)) / v);
        }
    }
}
