using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Kullback-Leibler divergence of distributions p from q: terms p (ln p - ln q), 0 where p is 0.
        /// </summary>
        /// <param name="input"><c>...</c> float32 or float64: ln q, logarithms of probabilities.</param>
        /// <param name="target"><c>*</c>, same dtype: p, or ln p with <paramref name="logTarget"/>.</param>
        /// <param name="logTarget">The target holds logarithms.</param>
        /// <param name="reduction">What is made of the terms; the divergence of the definition, averaged over the
        /// samples, is
        /// <see cref="Reduction.BatchMean"/>.</param>
        /// <returns><c>[]</c>, or the shape of <paramref name="input"/> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        public static Tensor KlDiv(
            Tensor input, Tensor target, bool logTarget = false, Reduction reduction = Reduction.Mean)
        {
            Losses.CheckPair("KlDiv", input, target);
            Tensor terms = logTarget
                ? Elementwise.Apply<LogDivergenceOp>(input, target) : Elementwise.Apply<DivergenceOp>(input, target);
            return Losses.Reduce(terms, reduction);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>b (ln b - a), 0 where b is 0.</summary>
    internal readonly struct DivergenceOp : IBinaryOp
    {
        public static string Name => "kl_div";

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V> => V.Select(V.Equal(b, V.Zero), V.Zero, b * (V.Log(b) - a));

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => -(dy * b);

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V> => dy * (V.Log(b) + V.One - a);
    }

    /// <summary>e^b (b - a).</summary>
    internal readonly struct LogDivergenceOp : IBinaryOp
    {
        public static string Name => "kl_div";

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V> => V.Exp(b) * (b - a);

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => -(dy * V.Exp(b));

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V> => dy * V.Exp(b) * (b + V.One - a);
    }
}
