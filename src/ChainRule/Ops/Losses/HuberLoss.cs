using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Squared error that grows in a straight line beyond a limit: terms d^2 / 2 for d = |input - target| up to
        /// delta, else delta * (d - delta / 2).
        /// </summary>
        /// <param name="input"><c>...</c> float32 or float64: the prediction.</param>
        /// <param name="target"><c>*</c>, same dtype: what it should be.</param>
        /// <param name="delta">Where the line begins, above 0.</param>
        /// <param name="reduction">What is made of the terms.</param>
        /// <returns><c>[]</c>, or the shape of <paramref name="input"/> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is not above 0.</exception>
        /// <remarks>Source: Huber, "Robust estimation of a location parameter" (1964).</remarks>
        public static Tensor HuberLoss(
            Tensor input, Tensor target, double delta = 1, Reduction reduction = Reduction.Mean)
        {
            Losses.CheckPair("HuberLoss", input, target);
            OptionCheck.That("HuberLoss", nameof(delta), delta, delta > 0, "a number above 0");
            return Losses.Reduce(Elementwise.Apply(input, target, new HuberOp(delta, 1)), reduction);
        }

        /// <summary>
        /// Absolute error that is smooth at 0: terms d^2 / (2 * beta) for d = |input - target| below beta, else d -
        /// beta / 2.
        /// </summary>
        /// <param name="input"><c>...</c> float32 or float64: the prediction.</param>
        /// <param name="target"><c>*</c>, same dtype: what it should be.</param>
        /// <param name="beta">Where the line begins, 0 or more; 0 gives <see cref="L1Loss"/>.</param>
        /// <param name="reduction">What is made of the terms.</param>
        /// <returns><c>[]</c>, or the shape of <paramref name="input"/> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is negative or not finite.</exception>
        /// <remarks>Source: Girshick, "Fast R-CNN" (2015), eq. 3.</remarks>
        public static Tensor SmoothL1Loss(
            Tensor input, Tensor target, double beta = 1, Reduction reduction = Reduction.Mean)
        {
            Losses.CheckPair("SmoothL1Loss", input, target);
            OptionCheck.NotNegative("SmoothL1Loss", nameof(beta), beta);
            return beta == 0
                ? L1Loss(input, target, reduction)
                : Losses.Reduce(Elementwise.Apply(input, target, new HuberOp(beta, 1 / beta)), reduction);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>scale * (d^2 / 2 up to the limit, then limit * (d - limit / 2)).</summary>
    internal readonly struct HuberOp(double limit, double scale) : IBinaryOp
    {
        public static string Name => "huber_loss";

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V>
        {
            V d = V.Abs(a - b), bound = V.Const(limit);
            V line = V.Const(limit * scale) * (d - V.Const(limit / 2));
            return V.Select(V.Less(bound, d), line, V.Const(scale / 2) * d * d);
        }

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => dy * Slope(a - b);

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V> => dy * Slope(b - a);

        private V Slope<V>(V d)
            where V : struct, IVec<V> => V.Const(scale) * V.Max(V.Min(d, V.Const(limit)), V.Const(-limit));
    }
}
