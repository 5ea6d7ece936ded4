using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Exponentials divided by their sum along a dimension: y = e^x / sum of e^x, without
        /// overflow.</summary>
        /// <param name="dim">Dimension whose entries sum to 1; negative counts from the end.</param>
        /// <returns>Shape and dtype of this tensor; values in [0, 1].</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        public Tensor Softmax(int dim) => SoftmaxNode.Apply(this, dim);
    }
}

namespace ChainRule.Ops
{
    internal sealed class SoftmaxNode(Tensor x, Tensor y, AxisPlan plan) : Op(x)
    {
        private Tensor? _y = y;

        public override string Name => "softmax";

        public static Tensor Apply(Tensor x, int dim)
        {
            Elementwise.CheckType("softmax", x.DType, takesIntegers: false);
            AxisPlan plan = AxisPlan.For("softmax", x.Shape, dim);
            Tensor y = LongSoftmax.Suits(plan) ? LongSoftmax.Apply(x, plan) : plan.Map<SoftmaxKernel>(x, null);
            return Graph.Needs(x) ? Graph.Record(y, new SoftmaxNode(x, y, plan)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (pass.Wants(A)) pass.Add(A, SoftmaxBackwardNode.Apply(dy, _y!, plan));
        }

        public override void Release()
        {
            base.Release();
            _y = null;
        }
    }

    /// <summary>dx = y * (dy - sum of dy * y), itself an operation: linear in dy, quadratic in y.</summary>
    internal sealed class SoftmaxBackwardNode(Tensor dy, Tensor y, AxisPlan plan) : Op(dy, y)
    {
        public override string Name => "softmax_backward";

        public static Tensor Apply(Tensor dy, Tensor y, AxisPlan plan)
        {
            Tensor dx = plan.Map<SoftmaxBackwardKernel>(dy, y);
            return Graph.Needs(dy, y) ? Graph.Record(dx, new SoftmaxBackwardNode(dy, y, plan)) : dx;
        }

        public override void Backward(Tensor du, BackwardPass pass)
        {
            Tensor d = A!, y = B!;
            // The map dy -> dx is symmetric, so its own gradient is the same map.
            if (pass.Wants(d)) pass.Add(d, Apply(du, y, plan));
            if (!pass.Wants(y)) return;
            Tensor dot = plan.Sum(d * y), cross = plan.Sum(du * y);
            pass.Add(y, (du * (d - dot)) - (d * cross));
        }
    }
}
