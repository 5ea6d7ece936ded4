using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Negative log-likelihood of counts that follow a Poisson distribution: terms e^x - t x, or x - t ln(x +
        /// epsilon) where x is the rate itself.
        /// </summary>
        /// <param name="input"><c>...</c> float32 or float64: x, the logarithm of the expected count, or the
        /// count.</param>
        /// <param name="target"><c>*</c>, same dtype: t, the counts.</param>
        /// <param name="logInput">The input is a logarithm.</param>
        /// <param name="full">Adds the part that does not depend on the input, by Stirling's formula where t is above
        /// 1: t ln t - t + ln(2 pi t) / 2.</param>
        /// <param name="epsilon">Keeps the logarithm finite where x is 0.</param>
        /// <param name="reduction">What is made of the terms.</param>
        /// <returns><c>[]</c>, or the shape of <paramref name="input"/> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative or not
        /// finite.</exception>
        public static Tensor PoissonNllLoss(
            Tensor input, Tensor target, bool logInput = true, bool full = false, double epsilon = 1e-8,
            Reduction reduction = Reduction.Mean)
        {
            Losses.CheckPair("PoissonNllLoss", input, target);
            OptionCheck.NotNegative("PoissonNllLoss", nameof(epsilon), epsilon);
            return Losses.Reduce(Elementwise.Apply(input, target, new PoissonOp(logInput, full, epsilon)), reduction);
        }
    }
}

namespace ChainRule.Ops
{
    internal readonly struct PoissonOp(bool logInput, bool full, double epsilon) : IBinaryOp
    {
        public static string Name => "poisson_nll_loss";

        public static MapCost Cost => MapCost.Heavy;

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V>
        {
            V term = logInput ? V.Exp(a) - (b * a) : a - (b * V.Log(a + V.Const(epsilon)));
            if (!full) return term;
            V log = V.Log(Counted(b));
            V stirling = (b * log) - b + ((log + V.Const(Math.Log(2 * Math.PI))) * V.Const(0.5));
            return V.Select(V.Less(V.One, b), term + stirling, term);
        }

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => dy * (logInput ? V.Exp(a) - b : V.One - (b / (a + V.Const(epsilon))));

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V>
        {
            V slope = logInput ? -a : -V.Log(a + V.Const(epsilon));
            if (!full) return dy * slope;
            V count = Counted(b);
            return dy * V.Select(V.Less(V.One, b), slope + V.Log(count) + (V.Const(0.5) / count), slope);
        }

        // Finite wherever the choice falls on the other side.
        private static V Counted<V>(V b)
            where V : struct, IVec<V> => V.Max(b, V.One);
    }
}
