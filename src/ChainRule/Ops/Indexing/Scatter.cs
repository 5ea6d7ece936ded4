using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Puts elements into places along a dimension: y is a copy of this tensor, then y[index[i, j, k], j, k] =
        /// source[i, j, k] for dim 0, and likewise for the others. <see cref="ScatterAdd"/> adds instead.
        /// </summary>
        /// <param name="dim">Dimension that the index replaces; negative counts from the end.</param>
        /// <param name="index"><c>...</c> Int64 or Int32, rank of this tensor; on the other dimensions at most its
        /// sizes.</param>
        /// <param name="source"><c>...</c>, same dtype: on every dimension at least the size of
        /// <paramref name="index"/>; the rest is not used.</param>
        /// <returns>Shape and dtype of this tensor. Of several elements for one place the last in the row-major order
        /// of the index stays, and alone gets a gradient.</returns>
        /// <exception cref="ShapeException">Ranks differ, a size does not fit, or there is no such
        /// dimension.</exception>
        /// <exception cref="DTypeException">The index is not Int64 or Int32, or the source has another type than this
        /// tensor.</exception>
        /// <exception cref="DataException">An index is out of range.</exception>
        public Tensor Scatter(int dim, Tensor index, Tensor source) => ScatterNode.Apply(this, dim, index, source);

        /// <summary>Puts one number into places along a dimension.</summary>
        /// <param name="dim">Dimension that the index replaces; negative counts from the end.</param>
        /// <param name="index"><c>...</c> Int64 or Int32, rank of this tensor; on the other dimensions at most its
        /// sizes.</param>
        /// <param name="value">The number, in the tensor's type.</param>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <exception cref="ShapeException">Ranks differ, a size does not fit, or there is no such
        /// dimension.</exception>
        /// <exception cref="DTypeException">The index is not Int64 or Int32.</exception>
        /// <exception cref="DataException">An index is out of range.</exception>
        public Tensor Scatter(int dim, Tensor index, double value)
        {
            ArgumentNullException.ThrowIfNull(index);
            return ScatterNode.Apply(this, dim, index, Full(index.Shape, value, DType));
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class ScatterNode(Tensor x, Tensor source, Tensor index, int dim) : Op(x, source, index)
    {
        public override string Name => "scatter";

        public static Tensor Apply(Tensor x, int dim, Tensor index, Tensor source)
        {
            Tensor used = ScatterAddNode.Check("scatter", x, dim, index, source, out Tensor positions, out int at);
            if (x.Rank == 0)
                return x.Reshape(1).Scatter(0, positions.Reshape(1), used.Reshape(1)).Reshape([]);
            Tensor y = x.CopyDense(Tensor.Empty(x.Shape, x.DType));
            GatherKernel.Scatter(used.Dense(), positions, at, y);
            return Graph.Needs(x, used) ? Graph.Record(y, new ScatterNode(x, used, positions, at)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, dy.Scatter(dim, C!, 0));
            if (pass.Wants(B)) pass.Add(B, dy.Gather(dim, C!).MaskedFill(Lost(), 0));
        }

        // Where another element came later: found by scattering the elements' numbers.
        private Tensor Lost()
        {
            Tensor numbers = Tensor.Arange(0, C!.Count, dtype: DType.Int64).Reshape(C.Shape);
            return Tensor.Zeros(A!.Shape, DType.Int64).Scatter(dim, C, numbers).Gather(dim, C).NotEqual(numbers);
        }
    }
}
