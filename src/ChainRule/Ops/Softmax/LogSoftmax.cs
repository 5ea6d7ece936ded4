using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Logarithm of the softmax along a dimension: y = x - ln(sum of e^x), without overflow or loss of
        /// small values.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <returns>Shape and dtype of this tensor; values of at most 0.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        public Tensor LogSoftmax(int dim) => LogSoftmaxNode.Apply(this, dim);
    }
}

namespace ChainRule.Ops
{
    internal sealed class LogSoftmaxNode(Tensor x, Tensor y, AxisPlan plan) : Op(x)
    {
        private Tensor? _y = y;

        public override string Name => "log_softmax";

        public static Tensor Apply(Tensor x, int dim)
        {
            Elementwise.CheckType("log_softmax", x.DType, takesIntegers: false);
            AxisPlan plan = AxisPlan.For("log_softmax", x.Shape, dim);
            Tensor y = plan.Map<LogSoftmaxKernel>(x, null);
            return Graph.Needs(x) ? Graph.Record(y, new LogSoftmaxNode(x, y, plan)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, LogSoftmaxBackwardNode.Apply(dy, _y!, plan));
        }

        public override void Release()
        {
            base.Release();
            _y = null;
        }
    }

    /// <summary>dx = dy - e^y * sum of dy, itself an operation.</summary>
    internal sealed class LogSoftmaxBackwardNode(Tensor dy, Tensor y, AxisPlan plan) : Op(dy, y)
    {
        public override string Name => "log_softmax_backward";

        public static Tensor Apply(Tensor dy, Tensor y, AxisPlan plan)
        {
            Tensor dx = plan.Map<LogSoftmaxBackwardKernel>(dy, y);
            return Graph.Needs(dy, y) ? Graph.Record(dx, new LogSoftmaxBackwardNode(dy, y, plan)) : dx;
        }

        public override void Backward(Tensor du, BackwardPass pass)
        {
            Tensor d = A!, weighted = du * B!.Exp();
            if (pass.Wants(d)) pass.Add(d, du - plan.Sum(weighted).Expand(du.Shape));
            if (pass.Wants(B)) pass.Add(B, -(weighted * plan.Sum(d)));
        }
    }
}
