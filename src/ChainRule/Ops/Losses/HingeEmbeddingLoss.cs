using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Whether two things are alike, from their distance x: terms x for t = 1, max(0, margin - x) for t = -1.
        /// </summary>
        /// <param name="input"><c>...</c> float32 or float64: x, distances.</param>
        /// <param name="target"><c>*</c>, same dtype: t, 1 for alike and -1 for different; without gradient.</param>
        /// <param name="margin">Distance from which different things are far enough apart.</param>
        /// <param name="reduction">What is made of the terms.</param>
        /// <returns><c>[]</c>, or the shape of <paramref name="input"/> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is not finite.</exception>
        public static Tensor HingeEmbeddingLoss(
            Tensor input, Tensor target, double margin = 1, Reduction reduction = Reduction.Mean)
        {
            Losses.CheckPair("HingeEmbeddingLoss", input, target);
            OptionCheck.Finite("HingeEmbeddingLoss", nameof(margin), margin);
            return Losses.Reduce(Elementwise.Apply(input, target, new HingeEmbeddingOp(margin)), reduction);
        }

        /// <summary>
        /// Whether two vectors are alike, from the cosine of their angle: terms 1 - cos for t = 1, max(0, cos - margin)
        /// for t = -1.
        /// </summary>
        /// <param name="input1"><c>[..., D]</c> float32 or float64: the first vectors.</param>
        /// <param name="input2"><c>*</c>, same dtype: the second.</param>
        /// <param name="target"><c>[...]</c>, same dtype: t, 1 for alike and -1 for different; without
        /// gradient.</param>
        /// <param name="margin">Cosine below which different vectors are far enough apart.</param>
        /// <param name="reduction">What is made of the terms.</param>
        /// <returns><c>[]</c>, or the shape of <paramref name="target"/> for <see cref="Reduction.None"/>.</returns>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is not finite.</exception>
        /// <remarks>1e-12 is added to the square of each length, as in PyTorch.</remarks>
        public static Tensor CosineEmbeddingLoss(
            Tensor input1, Tensor input2, Tensor target, double margin = 0, Reduction reduction = Reduction.Mean)
        {
            const string Name = "CosineEmbeddingLoss";
            const double Least = 1e-12;
            Losses.CheckPair(Name, input1, input2, "input1", "input2");
            Losses.CheckPerRow(Name, input1, target);
            OptionCheck.Finite(Name, nameof(margin), margin);
            Tensor lengths = (input1.Square().Sum(-1) + Least) * (input2.Square().Sum(-1) + Least);
            Tensor apart = 1 - ((input1 * input2).Sum(-1) * lengths.Rsqrt());
            return Losses.Reduce(Elementwise.Apply(apart, target, new HingeEmbeddingOp(1 - margin)), reduction);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>a where b = 1, else max(0, margin - a).</summary>
    internal readonly struct HingeEmbeddingOp(double margin) : IBinaryOp
    {
        public static string Name => "hinge_embedding_loss";

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V>
        {
            V z = V.Const(margin) - a;
            return V.Select(V.Equal(b, V.One), a, V.Select(V.LessOrEqual(z, V.Zero), V.Zero, z));
        }

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> =>
            V.Select(V.Equal(b, V.One), dy, V.Select(V.LessOrEqual(V.Const(margin), a), V.Zero, -dy));

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V> => V.Zero;
    }
}
