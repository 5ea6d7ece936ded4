using ChainRule.Kernels.Sorting;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Sorts along a dimension. Equal elements keep their order; NaN counts as the largest.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <param name="descending">The largest first.</param>
        /// <returns>Values (same dtype) and their Int64 positions before, both of the shape of this tensor. Gradients
        /// go back to where the values came from.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        /// <remarks>The same bits for any number of threads. Cost: a pass for each byte of an element in long runs,
        /// n log n in short ones.</remarks>
        public (Tensor Values, Tensor Indices) Sort(int dim = -1, bool descending = false) =>
            Ordering.Apply("sort", this, dim, null, descending, byPlace: false);

        /// <summary>Positions that would sort along a dimension, as <see cref="Sort"/> gives them.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <param name="descending">The largest first.</param>
        /// <returns>Shape of this tensor, Int64. No gradient.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        public Tensor ArgSort(int dim = -1, bool descending = false) =>
            Ordering.Apply("argsort", this, dim, null, descending, byPlace: false).Indices;
    }
}

namespace ChainRule.Ops
{
    /// <summary>The first elements of each run in an order, all of them for sorting, and where they stood.</summary>
    internal static unsafe class Ordering
    {
        public static (Tensor Values, Tensor Indices) Apply(
            string op, Tensor x, int dim, int? count, bool descending, bool byPlace)
        {
            AxisPlan plan = AxisPlan.For(op, x.Shape, dim);
            int wanted = count ?? plan.Length;
            if (wanted < 0) throw new ArgumentOutOfRangeException("k", $"{op}: k must be 0 or more, got {wanted}.");
            if (wanted > plan.Length)
            {
                throw new ShapeException(
                    $"{op}: k = {wanted} is more than the {plan.Length} elements of {x.Shape} along dim {plan.Dim}.",
                    x.Shape);
            }
            if (x.Rank == 0)
            {
                (Tensor one, Tensor place) = Apply(op, x.Reshape(1), 0, count, descending, byPlace);
                return wanted == 1 ? (one.Reshape([]), place.Reshape([])) : (one, place);
            }
            Shape shape = (Shape)(int[])[.. x.Dims[..plan.Dim], wanted, .. x.Dims[(plan.Dim + 1)..]];
            Tensor dense = x.Dense(), values = Tensor.Empty(shape, x.DType), places = Tensor.Empty(shape, DType.Int64);
            RowSort.Run(x.DType, dense.Pointer, values.Pointer, places.Ptr<long>(), plan.Outer, plan.Length, plan.Inner,
                new SortOrder(wanted, descending, byPlace));
            GC.KeepAlive(dense);
            GC.KeepAlive(places);
            if (Graph.Needs(x)) Graph.Record(values, new GatherNode(op, x, places, plan.Dim));
            return (values, places);
        }
    }
}
