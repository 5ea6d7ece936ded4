using ChainRule.Kernels.Pooling;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Mean of each window of an image: y[n, c, i, j] = sum over u, v of x[n, c, i s + u - p, j s + v - p] /
        /// divisor.
        /// </summary>
        /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
        /// <param name="kernelSize">Height and width of a window.</param>
        /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
        /// <param name="padding">Rows and columns of zeros on each side, at most half of the window.</param>
        /// <param name="ceilMode">Keep a last window that is not whole: sizes are rounded up, but no window begins in
        /// the padding behind.</param>
        /// <param name="countIncludePad">The divisor counts padded positions; false: only those of the image.</param>
        /// <param name="divisor">Divisor for every window, not 0, instead of the count.</param>
        /// <returns><c>[N, C, Hout, Wout]</c> with Hout = floor((H + 2*padding - kernelSize) / stride) + 1, and Wout
        /// likewise.</returns>
        /// <exception cref="ShapeException">x has not four dimensions, or the window is larger than the padded
        /// image.</exception>
        /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
        public static Tensor AvgPool2d(
            Tensor x, Size2 kernelSize, Size2? stride = null, Size2 padding = default, bool ceilMode = false,
            bool countIncludePad = true, int? divisor = null)
        {
            if (divisor is 0)
                throw new ArgumentOutOfRangeException(nameof(divisor), "AvgPool2d: divisor must not be 0.");
            PoolingSizes sizes = Pool2dCheck.Sizes(
                "AvgPool2d", x, kernelSize, stride ?? kernelSize, padding, 1, ceilMode, countIncludePad, divisor ?? 0);
            return AveragePooling.Forward(sizes, x);
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>Average pooling and its transpose: linear maps, each the gradient of the other.</summary>
    internal static unsafe class AveragePooling
    {
        public static Tensor Forward(PoolingSizes s, Tensor x)
        {
            Tensor y = Tensor.Empty(s.Y, x.DType), dense = x.Dense();
            if (x.DType == DType.Float32) Pooling<float>.AverageForward(s.Kernel, dense.Ptr<float>(), y.Ptr<float>());
            else Pooling<double>.AverageForward(s.Kernel, dense.Ptr<double>(), y.Ptr<double>());
            GC.KeepAlive(dense);
            return Graph.Needs(x) ? Graph.Record(y, new AvgPoolNode(s, x)) : y;
        }

        public static Tensor Transposed(PoolingSizes s, Tensor dy)
        {
            Tensor dx = Tensor.Empty(s.X, dy.DType), dense = dy.Dense();
            if (dy.DType == DType.Float32)
                Pooling<float>.AverageBackward(s.Kernel, dense.Ptr<float>(), dx.Ptr<float>());
            else Pooling<double>.AverageBackward(s.Kernel, dense.Ptr<double>(), dx.Ptr<double>());
            GC.KeepAlive(dense);
            return Graph.Needs(dy) ? Graph.Record(dx, new AvgSpreadNode(s, dy)) : dx;
        }
    }

    internal sealed class AvgPoolNode(PoolingSizes sizes, Tensor x) : Op(x)
    {
        public override string Name => "avg_pool";

        public override void Backward(Tensor dy, BackwardPass pass) =>
            pass.Add(A, AveragePooling.Transposed(sizes, dy));
    }

    internal sealed class AvgSpreadNode(PoolingSizes sizes, Tensor dy) : Op(dy)
    {
        public override string Name => "avg_pool_spread";

        public override void Backward(Tensor dy, BackwardPass pass) => pass.Add(A, AveragePooling.Forward(sizes, dy));
    }
}
