using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Largest number of each window of sequences: y[n, c, i] = max over u of x[n, c, i s + u d - p].
    /// </summary>
    /// <param name="x"><c>[N, C, L]</c> float32 or float64.</param>
    /// <param name="kernelSize">Length of a window.</param>
    /// <param name="stride">Positions from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Entries on each side that never win, at most half of the window.</param>
    /// <param name="dilation">Positions from one position of a window to the next; 1 if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole: sizes are rounded up, but no window begins in the
    /// padding behind.</param>
    /// <returns><c>[N, C, Lout]</c> with Lout = floor((L + 2*padding - dilation*(kernelSize - 1) - 1) / stride) +
    /// 1.</returns>
    /// <exception cref="ShapeException">x has not three dimensions, or the window is larger than the padded
    /// sequence.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <remarks>NaN counts as largest. The first of equals gets the gradient, row by row.</remarks>
    public static Tensor MaxPool1d(
        Tensor x, int kernelSize, int? stride = null, int padding = 0, int? dilation = null, bool ceilMode = false) =>
        MaxPooling.Apply(
            PoolingOptions.Of("MaxPool1d", kernelSize, stride ?? kernelSize, padding, dilation, ceilMode), x);

    /// <summary>As <see cref="MaxPool1d"/>, with the places of the winners.</summary>
    /// <param name="x"><c>[N, C, L]</c> float32 or float64.</param>
    /// <param name="kernelSize">Length of a window.</param>
    /// <param name="stride">Positions from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Entries on each side that never win, at most half of the window.</param>
    /// <param name="dilation">Positions from one position of a window to the next; 1 if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole: sizes are rounded up, but no window begins in the
    /// padding behind.</param>
    /// <returns><c>[N, C, Lout]</c> twice: the numbers, and Int64 places l in the plane of the channel.</returns>
    /// <exception cref="ShapeException">x has not three dimensions, or the window is larger than the padded
    /// sequence.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static (Tensor Output, Tensor Indices) MaxPool1dWithIndices(
        Tensor x, int kernelSize, int? stride = null, int padding = 0, int? dilation = null, bool ceilMode = false) =>
        MaxPooling.WithIndices(
            PoolingOptions.Of("MaxPool1d", kernelSize, stride ?? kernelSize, padding, dilation, ceilMode), x);

    /// <summary>
    /// Largest number of each window of images: y[n, c, i, j] = max over u, v of x[n, c, i s + u d - p, j s + v d - p].
    /// </summary>
    /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Rows and columns on each side that never win, at most half of the window.</param>
    /// <param name="dilation">Pixels from one position of a window to the next; 1 if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole: sizes are rounded up, but no window begins in the
    /// padding behind.</param>
    /// <returns><c>[N, C, Hout, Wout]</c> with Hout = floor((H + 2*padding - dilation*(kernelSize - 1) - 1) / stride) +
    /// 1, and Wout likewise.</returns>
    /// <exception cref="ShapeException">x has not four dimensions, or the window is larger than the padded
    /// image.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <remarks>NaN counts as largest. The first of equals gets the gradient, row by row.</remarks>
    public static Tensor MaxPool2d(
        Tensor x, Size2 kernelSize, Size2? stride = null, Size2 padding = default, Size2? dilation = null,
        bool ceilMode = false) =>
        MaxPooling.Apply(
            PoolingOptions.Of("MaxPool2d", kernelSize, stride ?? kernelSize, padding, dilation, ceilMode), x);

    /// <summary>As <see cref="MaxPool2d"/>, with the places of the winners.</summary>
    /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Rows and columns on each side that never win, at most half of the window.</param>
    /// <param name="dilation">Pixels from one position of a window to the next; 1 if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole: sizes are rounded up, but no window begins in the
    /// padding behind.</param>
    /// <returns><c>[N, C, Hout, Wout]</c> twice: the numbers, and Int64 places h * W + w in the plane of the
    /// channel.</returns>
    /// <exception cref="ShapeException">x has not four dimensions, or the window is larger than the padded
    /// image.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static (Tensor Output, Tensor Indices) MaxPool2dWithIndices(
        Tensor x, Size2 kernelSize, Size2? stride = null, Size2 padding = default, Size2? dilation = null,
        bool ceilMode = false) =>
        MaxPooling.WithIndices(
            PoolingOptions.Of("MaxPool2d", kernelSize, stride ?? kernelSize, padding, dilation, ceilMode), x);

    /// <summary>
    /// Largest number of each window of volumes: y[n, c, h, i, j] = max over t, u, v of x[n, c, h s + t d - p, i s + u
    /// d - p, j s + v d - p].
    /// </summary>
    /// <param name="x"><c>[N, C, D, H, W]</c> float32 or float64.</param>
    /// <param name="kernelSize">Depth, height and width of a window.</param>
    /// <param name="stride">Voxels from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Layers, rows and columns on each side that never win, at most half of the window.</param>
    /// <param name="dilation">Voxels from one position of a window to the next; 1 if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole: sizes are rounded up, but no window begins in the
    /// padding behind.</param>
    /// <returns><c>[N, C, Dout, Hout, Wout]</c> with Dout = floor((D + 2*padding - dilation*(kernelSize - 1) - 1) /
    /// stride) + 1, and Hout and Wout likewise.</returns>
    /// <exception cref="ShapeException">x has not five dimensions, or the window is larger than the padded
    /// volume.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <remarks>NaN counts as largest. The first of equals gets the gradient, row by row.</remarks>
    public static Tensor MaxPool3d(
        Tensor x, Size3 kernelSize, Size3? stride = null, Size3 padding = default, Size3? dilation = null,
        bool ceilMode = false) =>
        MaxPooling.Apply(
            PoolingOptions.Of("MaxPool3d", kernelSize, stride ?? kernelSize, padding, dilation, ceilMode), x);

    /// <summary>As <see cref="MaxPool3d"/>, with the places of the winners.</summary>
    /// <param name="x"><c>[N, C, D, H, W]</c> float32 or float64.</param>
    /// <param name="kernelSize">Depth, height and width of a window.</param>
    /// <param name="stride">Voxels from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Layers, rows and columns on each side that never win, at most half of the window.</param>
    /// <param name="dilation">Voxels from one position of a window to the next; 1 if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole: sizes are rounded up, but no window begins in the
    /// padding behind.</param>
    /// <returns><c>[N, C, Dout, Hout, Wout]</c> twice: the numbers, and Int64 places (d * H + h) * W + w in the plane
    /// of the channel.</returns>
    /// <exception cref="ShapeException">x has not five dimensions, or the window is larger than the padded
    /// volume.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static (Tensor Output, Tensor Indices) MaxPool3dWithIndices(
        Tensor x, Size3 kernelSize, Size3? stride = null, Size3 padding = default, Size3? dilation = null,
        bool ceilMode = false) =>
        MaxPooling.WithIndices(
            PoolingOptions.Of("MaxPool3d", kernelSize, stride ?? kernelSize, padding, dilation, ceilMode), x);
}
