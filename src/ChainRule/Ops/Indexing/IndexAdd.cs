using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Adds whole slices at positions along a dimension: y is a copy of this tensor, then y[index[k], ...] +=
        /// source[k, ...] for dim 0, and likewise for the others. The reverse of <see cref="IndexSelect"/>.
        /// </summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <param name="index"><c>[K]</c> Int64 or Int32: positions along the dimension; a single number counts as
        /// <c>[1]</c>, and slices at one position add up.</param>
        /// <param name="source"><c>...</c>, same dtype: sizes of this tensor, with K along
        /// <paramref name="dim"/>.</param>
        /// <returns>Shape and dtype of this tensor.</returns>
        /// <exception cref="ShapeException">The index has more than one dimension, the source does not fit, or there is
        /// no such dimension.</exception>
        /// <exception cref="DTypeException">The index is not Int64 or Int32, the elements are Bool, or the source has
        /// another type than this tensor.</exception>
        /// <exception cref="DataException">An index is out of range.</exception>
        /// <remarks>Additions to one place happen in the order of the index: the same bits for any number of
        /// threads.</remarks>
        public Tensor IndexAdd(int dim, Tensor index, Tensor source)
        {
            ArgumentNullException.ThrowIfNull(source);
            Elementwise.CheckType("index_add", DType, takesIntegers: true);
            if (source.DType != DType)
            {
                throw new DTypeException(
                    $"index_add: source is {source.DType.Text()}, the tensor {DType.Text()}.", DType, source.DType);
            }
            int at = Shape.ResolveDim(dim, "index_add");
            Tensor positions = IndexTensor.Vector("index_add", index);
            if (Rank == 0) return Reshape(1).IndexAdd(0, positions, source.Reshape(-1)).Reshape([]);
            Shape expected = (Shape)(int[])[.. Dims[..at], positions.Count, .. Dims[(at + 1)..]];
            if (source.Shape != expected)
            {
                throw new ShapeException(
                    $"index_add: source must be {expected} for {positions.Count} positions along dim {at} of {Shape}, "
                    + $"got {source.Shape}.", source.Shape, Shape);
            }
            IndexTensor.Check("index_add", "index", positions, Dims[at], $"dim {at} of {Shape}");
            return IndexAddToNode.Apply(this, positions, source, at);
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class IndexAddToNode(Tensor x, Tensor source, Tensor index, int dim) : Op(x, source, index)
    {
        public override string Name => "index_add";

        public static Tensor Apply(Tensor x, Tensor index, Tensor source, int dim)
        {
            Tensor y = x.CopyDense(Tensor.Empty(x.Shape, x.DType));
            IndexRows.Add(source.Dense(), index, AxisPlan.For("index_add", x.Shape, dim), y);
            return Graph.Needs(x, source) ? Graph.Record(y, new IndexAddToNode(x, source, index, dim)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            pass.Add(A, dy);
            if (pass.Wants(B)) pass.Add(B, IndexSelectNode.Apply(dy, C!, dim));
        }
    }
}
