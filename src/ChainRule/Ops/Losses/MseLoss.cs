using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>Squared error: terms (input - target)^2.</summary>
        /// <param name="input"><c>...</c> float32 or float64: the prediction.</param>
        /// <param name="target"><c>*</c>, same dtype: what it should be.</param>
        /// <param name="reduction">What is made of the terms.</param>
        /// <returns><c>[]</c>, or the shape of <paramref name="input"/> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes differ; there is no broadcasting here, where it is mostly a
        /// mistake.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        public static Tensor MseLoss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
        {
            Losses.CheckPair("MseLoss", input, target);
            return Losses.Reduce(Elementwise.Apply<SquaredErrorOp>(input, target), reduction);
        }
    }
}

namespace ChainRule.Ops
{
    internal readonly struct SquaredErrorOp : IBinaryOp
    {
        public static string Name => "mse_loss";

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V>
        {
            V d = a - b;
            return d * d;
        }

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => dy * V.Const(2) * (a - b);

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V> => dy * V.Const(2) * (b - a);
    }
}
