using System.Runtime.CompilerServices;
using ChainRule.Kernels.Pooling;
using ChainRule.Ops;

namespace ChainRule
{
    public static partial class F
    {
        /// <summary>
        /// Largest number of each window of an image: y[n, c, i, j] = max over u, v of x[n, c, i s + u d - p, j s + v d
        /// - p].
        /// </summary>
        /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
        /// <param name="kernelSize">Height and width of a window.</param>
        /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
        /// <param name="padding">Rows and columns on each side that never win, at most half of the window.</param>
        /// <param name="dilation">Pixels from one position of a window to the next; 1 if left out.</param>
        /// <param name="ceilMode">Keep a last window that is not whole: sizes are rounded up, but no window begins in
        /// the padding behind.</param>
        /// <returns><c>[N, C, Hout, Wout]</c> with Hout = floor((H + 2*padding - dilation*(kernelSize - 1) - 1) /
        /// stride) + 1, and Wout likewise.</returns>
        /// <exception cref="ShapeException">x has not four dimensions, or the window is larger than the padded
        /// image.</exception>
        /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
        /// <remarks>NaN counts as largest. The first of equals gets the gradient, row by row.</remarks>
        public static Tensor MaxPool2d(
            Tensor x, Size2 kernelSize, Size2? stride = null, Size2 padding = default, Size2? dilation = null,
            bool ceilMode = false) =>
            MaxPooling.Forward(
                Pool2dCheck.Sizes("MaxPool2d", x, kernelSize, stride ?? kernelSize, padding, dilation ?? 1, ceilMode),
                x).Output;

        /// <summary>As <see cref="MaxPool2d"/>, with the places of the winners.</summary>
        /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
        /// <param name="kernelSize">Height and width of a window.</param>
        /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
        /// <param name="padding">Rows and columns on each side that never win, at most half of the window.</param>
        /// <param name="dilation">Pixels from one position of a window to the next; 1 if left out.</param>
        /// <param name="ceilMode">Keep a last window that is not whole.</param>
        /// <returns><c>[N, C, Hout, Wout]</c> twice: the numbers, and Int64 places h * W + w in the plane of the
        /// channel.</returns>
        /// <exception cref="ShapeException">x has not four dimensions, or the window is larger than the padded
        /// image.</exception>
        /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
        /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
        public static (Tensor Output, Tensor Indices) MaxPool2dWithIndices(
            Tensor x, Size2 kernelSize, Size2? stride = null, Size2 padding = default, Size2? dilation = null,
            bool ceilMode = false)
        {
            PoolingSizes sizes = Pool2dCheck.Sizes(
                "MaxPool2d", x, kernelSize, stride ?? kernelSize, padding, dilation ?? 1, ceilMode);
            (Tensor y, Tensor index) = MaxPooling.Forward(sizes, x);
            return (y, index.ConvertTo(DType.Int64));
        }
    }
}

namespace ChainRule.Ops
{
    /// <summary>
    /// Maximum pooling, and the two linear maps that its winners define: numbers from their places, and back to them.
    /// </summary>
    internal static unsafe class MaxPooling
    {
        public static (Tensor Output, Tensor Indices) Forward(PoolingSizes s, Tensor x)
        {
            Tensor y = Tensor.Empty(s.Y, x.DType), index = Tensor.Empty(s.Y, DType.Int32), dense = x.Dense();
            if (x.DType == DType.Float32)
                Pooling<float>.MaxForward(s.Kernel, dense.Ptr<float>(), y.Ptr<float>(), index.Ptr<int>());
            else Pooling<double>.MaxForward(s.Kernel, dense.Ptr<double>(), y.Ptr<double>(), index.Ptr<int>());
            GC.KeepAlive(dense);
            return (Graph.Needs(x) ? Graph.Record(y, new MaxPoolNode(s, x, index)) : y, index);
        }

        /// <summary>Adds each number to the place it came from.</summary>
        public static Tensor Scatter(PoolingSizes s, Tensor dy, Tensor index)
        {
            Tensor dx = Tensor.Empty(s.X, dy.DType), dense = dy.Dense();
            if (dy.DType == DType.Float32)
                Pooling<float>.MaxBackward(s.Kernel, dense.Ptr<float>(), index.Ptr<int>(), dx.Ptr<float>());
            else Pooling<double>.MaxBackward(s.Kernel, dense.Ptr<double>(), index.Ptr<int>(), dx.Ptr<double>());
            GC.KeepAlive(dense);
            GC.KeepAlive(index);
            return Graph.Needs(dy) ? Graph.Record(dx, new MaxScatterNode(s, dy, index)) : dx;
        }

        /// <summary>Takes each number from its place; 0 for a window without one.</summary>
        public static Tensor Gather(PoolingSizes s, Tensor x, Tensor index)
        {
            Tensor y = Tensor.Empty(s.Y, x.DType), dense = x.Dense();
            nint inputs = s.Kernel.Input.Volume, outputs = s.Kernel.Output.Volume;
            if (x.DType == DType.Float32)
                Take(dense.Ptr<float>(), index.Ptr<int>(), y.Ptr<float>(), s.Kernel.Planes, inputs, outputs);
            else Take(dense.Ptr<double>(), index.Ptr<int>(), y.Ptr<double>(), s.Kernel.Planes, inputs, outputs);
            GC.KeepAlive(dense);
            GC.KeepAlive(index);
            return Graph.Needs(x) ? Graph.Record(y, new MaxGatherNode(s, x, index)) : y;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Take<T>(T* x, int* index, T* y, int planes, nint inputs, nint outputs)
            where T : unmanaged
        {
            for (nint plane = 0; plane < planes; plane++, x += inputs, index += outputs, y += outputs)
            {
                for (nint i = 0; i < outputs; i++) y[i] = index[i] >= 0 ? x[index[i]] : default;
            }
        }
    }

    internal sealed class MaxPoolNode(PoolingSizes sizes, Tensor x, Tensor index) : Op(x)
    {
        private Tensor? _index = index;

        public override string Name => "max_pool";

        public override void Backward(Tensor dy, BackwardPass pass) =>
            pass.Add(A, MaxPooling.Scatter(sizes, dy, _index!), fresh: true);

        public override void Release()
        {
            base.Release();
            _index = null;
        }
    }

    internal sealed class MaxScatterNode(PoolingSizes sizes, Tensor dy, Tensor index) : Op(dy)
    {
        private Tensor? _index = index;

        public override string Name => "max_pool_scatter";

        public override void Backward(Tensor dy, BackwardPass pass) =>
            pass.Add(A, MaxPooling.Gather(sizes, dy, _index!));

        public override void Release()
        {
            base.Release();
            _index = null;
        }
    }

    internal sealed class MaxGatherNode(PoolingSizes sizes, Tensor x, Tensor index) : Op(x)
    {
        private Tensor? _index = index;

        public override string Name => "max_pool_gather";

        public override void Backward(Tensor dy, BackwardPass pass) =>
            pass.Add(A, MaxPooling.Scatter(sizes, dy, _index!));

        public override void Release()
        {
            base.Release();
            _index = null;
        }
    }
}
