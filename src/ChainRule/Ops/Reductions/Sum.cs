using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Sum of all elements.</summary>
        /// <returns><c>[]</c>, same dtype; Int64 for integers and Bool. 0 for an empty tensor.</returns>
        public Tensor Sum() => Sum([], keepDim: false);

        /// <summary>Sum along one dimension.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <param name="keepDim">Keep the dimension with size 1.</param>
        /// <returns>The shape without <paramref name="dim"/>; Int64 for integers and Bool.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        public Tensor Sum(int dim, bool keepDim = false) => Sum([dim], keepDim);

        /// <summary>Sum along several dimensions.</summary>
        /// <param name="dims">Dimensions, negative from the end; empty for all.</param>
        /// <param name="keepDim">Keep the dimensions with size 1.</param>
        /// <returns>The shape without <paramref name="dims"/>; Int64 for integers and Bool.</returns>
        /// <exception cref="ShapeException">There is no such dimension, or one is named twice.</exception>
        /// <remarks>
        /// Blocks of fixed length are summed lane by lane and then in order: the same bits for any number of threads.
        /// </remarks>
        public Tensor Sum(ReadOnlySpan<int> dims, bool keepDim = false)
        {
            ReductionPlan plan = ReductionPlan.For("sum", this, dims);
            Tensor x = DType.IsFloatingPoint() ? this : ConvertTo(DType.Int64);
            Tensor ordered = plan.Order(x);
            Tensor y = Empty(plan.ResultShape(keepDim), x.DType);
            SumKernel.Run(ordered, plan, y);
            return Graph.Needs(this) ? Graph.Record(y, new SumNode(this, plan)) : y;
        }
    }
}

namespace ChainRule.Ops
{
    internal sealed class SumNode(Tensor x, ReductionPlan plan) : Op(x)
    {
        public override string Name => "sum";

        public override void Backward(Tensor dy, BackwardPass pass) =>
            pass.Add(A, dy.Reshape(plan.ResultShape(keepDim: true)).Expand(A!.Shape));
    }
}
