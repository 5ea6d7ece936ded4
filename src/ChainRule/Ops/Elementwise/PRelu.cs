using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>Rectifier with learnt slopes below 0, element by element: y = x for x &gt; 0, else weight *
        /// x.</summary>
        /// <param name="x"><c>[N, C, ...]</c> float32 or float64; any shape with a single slope.</param>
        /// <param name="weight"><c>[1]</c> or <c>[C]</c>, same dtype: one slope for all, or one a channel.</param>
        /// <returns>Shape and dtype of <paramref name="x"/>.</returns>
        /// <exception cref="ShapeException">The slopes are neither one nor one a channel.</exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <remarks>Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015), eq. 1 and 3.</remarks>
        public static Tensor PRelu(Tensor x, Tensor weight)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(weight);
            Elementwise.CheckType("PRelu", x.DType, takesIntegers: false);
            if (x.DType != weight.DType)
            {
                throw new DTypeException(
                    $"PRelu: x is {x.DType.Text()}, weight {weight.DType.Text()}; both must be equal.",
                    x.DType, weight.DType);
            }
            int channels = x.Rank < 2 ? 1 : x.Dims[1];
            if (weight.Shape != [1] && weight.Shape != [channels])
            {
                string expected = channels == 1 ? "[1]" : $"[1] or [{channels}]";
                throw new ShapeException($"PRelu: weight must be {expected}, got {weight.Shape}.\n"
                    + $"  {Elementwise.Operand("x", x)}    {Elementwise.Operand("weight", weight)}",
                    x.Shape, weight.Shape);
            }
            int[] sizes = new int[Math.Max(x.Rank - 1, 0)];
            Array.Fill(sizes, 1);
            if (sizes.Length > 0) sizes[0] = weight.Count;
            return Elementwise.Apply<PReluOp>(x, weight.Reshape(sizes));
        }
    }
}

namespace ChainRule.Ops
{
    internal readonly struct PReluOp : IBinaryOp
    {
        public static string Name => "prelu";

        public V Forward<V>(V a, V b)
            where V : struct, IVec<V> => V.Select(V.Less(V.Zero, a), a, a * b);

        public V BackwardA<V>(V a, V b, V dy)
            where V : struct, IVec<V> => V.Select(V.Less(V.Zero, a), dy, dy * b);

        public V BackwardB<V>(V a, V b, V dy)
            where V : struct, IVec<V> => V.Select(V.Less(V.Zero, a), V.Zero, dy * a);
    }
}
