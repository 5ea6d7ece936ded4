using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Logarithm of the sum of exponentials of all elements.</summary>
        /// <returns><c>[]</c>, same dtype; -infinity for an empty tensor.</returns>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        public Tensor LogSumExp() => LogSumExp([], keepDim: false);

        /// <summary>Logarithm of the sum of exponentials along one dimension.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <param name="keepDim">Keep the dimension with size 1.</param>
        /// <returns>The shape without <paramref name="dim"/>, same dtype.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        public Tensor LogSumExp(int dim, bool keepDim = false) => LogSumExp([dim], keepDim);

        /// <summary>Logarithm of the sum of exponentials along several dimensions: y = ln(sum of e^x), without
        /// overflow.</summary>
        /// <param name="dims">Dimensions, negative from the end; empty for all.</param>
        /// <param name="keepDim">Keep the dimensions with size 1.</param>
        /// <returns>The shape without <paramref name="dims"/>, same dtype.</returns>
        /// <exception cref="ShapeException">There is no such dimension, or one is named twice.</exception>
        /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
        public Tensor LogSumExp(ReadOnlySpan<int> dims, bool keepDim = false) =>
            LogSumExpNode.Apply(this, dims, keepDim);
    }
}

namespace ChainRule.Ops
{
    internal sealed class LogSumExpNode(Tensor x, Tensor y, ReductionPlan plan) : Op(x)
    {
        private Tensor? _y = y;

        public override string Name => "logsumexp";

        public static unsafe Tensor Apply(Tensor x, ReadOnlySpan<int> dims, bool keepDim)
        {
            Elementwise.CheckType("logsumexp", x.DType, takesIntegers: false);
            ReductionPlan plan = ReductionPlan.For("logsumexp", x, dims);
            Tensor ordered = plan.Order(x), y = Tensor.Empty(plan.ResultShape(keepDim), x.DType);
            AxisOperands operands = new() { X = ordered.Pointer, Out = y.Pointer };
            (operands.Outer, operands.Length, operands.Inner) = (plan.Outer, plan.Reduced, plan.Inner);
            AxisLoops.Run<LogSumExpKernel>(x.DType, in operands);
            GC.KeepAlive(ordered);
            return Graph.Needs(x) ? Graph.Record(y, new LogSumExpNode(x, y, plan)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (!pass.Wants(A)) return;
            Tensor x = A!;
            Shape kept = plan.ResultShape(keepDim: true);
            Tensor y = _y!.Reshape(kept), d = dy.Reshape(kept);
            pass.Add(x, pass.CreateGraph
                ? d * (x - y).Exp()
                : Broadcasting.Map(default(LogSumExpBackward), x, y, d, x.Shape, operands: 3));
        }

        public override void Release()
        {
            base.Release();
            _y = null;
        }
    }

    /// <summary>dx = dy * e^(x - y).</summary>
    internal readonly struct LogSumExpBackward : IMap3
    {
        public static MapCost Cost => MapCost.Heavy;

        public V Map<V>(V a, V b, V c)
            where V : struct, IVec<V> => c * V.Exp(a - b);
    }
}
