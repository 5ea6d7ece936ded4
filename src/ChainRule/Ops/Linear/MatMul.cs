using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Matrix product, of single matrices or of batches: y[..., i, j] = sum over k of a[..., i, k] * b[..., k, j].
        /// </summary>
        /// <param name="other">
        /// <c>[..., K, N]</c> same dtype; leading dimensions broadcast. <c>[K]</c> counts as a column.
        /// </param>
        /// <returns><c>[..., M, N]</c> for this tensor <c>[..., M, K]</c>; <c>[K]</c> counts as a row, and a row's or
        /// column's dimension is dropped from the result.</returns>
        /// <exception cref="ShapeException">
        /// Inner sizes differ, an operand has rank 0, or the leading dimensions do not broadcast.
        /// </exception>
        /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
        /// <remarks>Transposed operands are read where they lie. Cost: 2 M N K operations a matrix.</remarks>
        public Tensor MatMul(Tensor other)
        {
            MatMulNode.Check(this, other);
            Tensor a = Rank == 1 ? Reshape(1, Count) : this;
            Tensor b = other.Rank == 1 ? other.Reshape(other.Count, 1) : other;
            Tensor y = MatMulNode.Multiply(a, b);
            if (Rank == 1) y = y.Squeeze(-2);
            return other.Rank == 1 ? y.Squeeze(-1) : y;
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class MatMulNode(Tensor a, Tensor b) : Op(a, b)
    {
        public override string Name => "matmul";

        public static void Check(Tensor a, Tensor b)
        {
            ArgumentNullException.ThrowIfNull(b);
            Elementwise.CheckSameType("MatMul", a, b);
            Elementwise.CheckType("MatMul", a.DType, takesIntegers: false);
            if (a.Rank == 0 || b.Rank == 0)
                throw new ShapeException(
                    $"MatMul: a single number is not a matrix; multiply with *.\n  {Both(a, b)}", a.Shape, b.Shape);
            int inner = b.Rank == 1 ? 0 : b.Rank - 2;
            if (a.Shape[^1] != b.Shape[inner])
            {
                throw new ShapeException(
                    $"MatMul: inner sizes differ: {a.Shape[^1]} (a, dim {a.Rank - 1}) "
                    + $"and {b.Shape[inner]} (b, dim {inner}).\n  {Both(a, b)}",
                    a.Shape, b.Shape);
            }
        }

        /// <summary>Product of operands of rank 2 or more whose inner sizes agree.</summary>
        public static Tensor Multiply(Tensor a, Tensor b)
        {
            // Many rows against one matrix are one product, however many leading dimensions the rows have.
            if (b.Rank == 2 && a.Rank > 2)
                return Multiply(a.Reshape(-1, a.Shape[^1]), b).Reshape([.. a.Shape.Dims[..^1], b.Shape[^1]]);
            Shape batch = BatchShape(a, b);
            Tensor y = Tensor.Empty([.. batch.Dims, a.Shape[^2], b.Shape[^1]], a.DType);
            Products.Run(a, b, y, batch, accumulate: false);
            return Graph.Needs(a, b) ? Graph.Record(y, new MatMulNode(a, b)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            Tensor a = A!, b = B!;
            if (pass.Wants(a)) Into(pass, a, dy, b.T);
            if (pass.Wants(b)) Into(pass, b, a.T, dy);
        }

        // Straight into the gradient's memory where it is a plain product; otherwise by operators, summing what was
        // broadcast.
        private static void Into(BackwardPass pass, Tensor input, Tensor left, Tensor right)
        {
            Shape batch = BatchShape(left, right);
            if (pass.CreateGraph || batch.Rank + 2 != input.Rank || !batch.Dims.SequenceEqual(input.Shape.Dims[..^2]))
            {
                pass.Add(input, Multiply(left, right).SumTo(input.Shape));
                return;
            }
            Tensor target = pass.Target(input, out bool accumulate);
            Products.Run(left, right, target, batch, accumulate);
        }

        private static Shape BatchShape(Tensor a, Tensor b)
        {
            if (a.Rank == 2 && b.Rank == 2) return [];
            int rank = Math.Max(a.Rank, b.Rank) - 2;
            Span<int> dims = stackalloc int[rank];
            for (int i = 1; i <= rank; i++)
            {
                int da = i + 2 <= a.Rank ? a.Dims[^(i + 2)] : 1, db = i + 2 <= b.Rank ? b.Dims[^(i + 2)] : 1;
                if (da != db && da != 1 && db != 1)
                {
                    throw new ShapeException(
                        $"MatMul: batch sizes do not broadcast: {da} (a, dim {a.Rank - 2 - i}) "
                        + $"and {db} (b, dim {b.Rank - 2 - i}).\n  {Both(a, b)}",
                        a.Shape, b.Shape);
                }
                dims[^i] = da == 1 ? db : da;
            }
            return Shape.Create(dims);
        }

        private static string Both(Tensor a, Tensor b) =>
            $"{Elementwise.Operand("a", a)}    {Elementwise.Operand("b", b)}";
    }
}
