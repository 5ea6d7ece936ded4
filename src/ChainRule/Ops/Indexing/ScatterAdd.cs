using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Adds elements to places along a dimension: y is a copy of this tensor, then y[index[i, j, k], j, k] +=
        /// source[i, j, k] for dim 0, and likewise for the others. The reverse of <see cref="Gather"/>.
        /// </summary>
        /// <param name="dim">Dimension that the index replaces; negative counts from the end.</param>
        /// <param name="index"><c>...</c> Int64 or Int32, rank of this tensor; on the other dimensions at most its
        /// sizes.</param>
        /// <param name="source"><c>...</c>, same dtype: on every dimension at least the size of
        /// <paramref name="index"/>; the rest is not used.</param>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <exception cref="ShapeException">Ranks differ, a size does not fit, or there is no such
        /// dimension.</exception>
        /// <exception cref="DTypeException">The index is not Int64 or Int32, or the source has another type than this
        /// tensor.</exception>
        /// <exception cref="DataException">An index is out of range.</exception>
        /// <remarks>Additions to one place happen in the order of the index: the same bits for any number of
        /// threads.</remarks>
        public Tensor ScatterAdd(int dim, Tensor index, Tensor source) =>
            ScatterAddNode.Apply(this, dim, index, source);
    }
}

namespace ChainRule.Ops
{
    internal sealed class ScatterAddNode(Tensor x, Tensor source, Tensor index, int dim) : Op(x, source, index)
    {
        public override string Name => "scatter_add";

        public static Tensor Apply(Tensor x, int dim, Tensor index, Tensor source)
        {
            Elementwise.CheckType("scatter_add", x.DType, takesIntegers: true);
            Tensor used = Check("scatter_add", x, dim, index, source, out Tensor positions, out int at);
            if (x.Rank == 0) return x + used;
            Tensor y = x.CopyDense(Tensor.Empty(x.Shape, x.DType));
            GatherKernel.ScatterAdd(used.Dense(), positions, at, y);
            return Graph.Needs(x, used) ? Graph.Record(y, new ScatterAddNode(x, used, positions, at)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            pass.Add(A, dy);
            if (pass.Wants(B)) pass.Add(B, dy.Gather(dim, C!));
        }

        /// <summary>Checks the index and the source of a scattering; returns the part of the source that is
        /// used.</summary>
        public static Tensor Check(
            string op, Tensor x, int dim, Tensor index, Tensor source, out Tensor positions, out int at)
        {
            ArgumentNullException.ThrowIfNull(source);
            if (source.DType != x.DType)
            {
                throw new DTypeException(
                    $"{op}: source is {source.DType.Text()}, the tensor {x.DType.Text()}.", x.DType, source.DType);
            }
            positions = GatherNode.Check(op, x, dim, index, out at);
            bool fits = source.Rank == index.Rank;
            for (int d = 0; fits && d < source.Rank; d++) fits = index.Dims[d] <= source.Dims[d];
            if (!fits)
            {
                throw new ShapeException(
                    $"{op}: source {source.Shape} "
                    + $"must be at least as large as index {index.Shape} on every dimension.",
                    source.Shape, index.Shape);
            }
            if (source.Shape == index.Shape) return source;
            SliceSpec spec = SliceSpec.Whole(source.Shape);
            index.Dims.CopyTo(spec.Sizes);
            return spec.Take(source);
        }
    }
}
