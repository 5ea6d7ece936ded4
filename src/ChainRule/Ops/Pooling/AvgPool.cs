using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Mean of each window of sequences: y[n, c, i] = sum over u of x[n, c, i s + u - p] / divisor.
    /// </summary>
    /// <param name="x"><c>[N, C, L]</c> float32 or float64.</param>
    /// <param name="kernelSize">Length of a window.</param>
    /// <param name="stride">Positions from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Entries of zeros on each side, at most half of the window.</param>
    /// <param name="ceilMode">Keep a last window that is not whole: sizes are rounded up, but no window begins in the
    /// padding behind.</param>
    /// <param name="countIncludePad">The divisor counts padded positions; false: only those of the sequence.</param>
    /// <param name="divisor">Divisor for every window, not 0, instead of the count.</param>
    /// <returns><c>[N, C, Lout]</c> with Lout = floor((L + 2*padding - kernelSize) / stride) + 1.</returns>
    /// <exception cref="ShapeException">x has not three dimensions, or the window is larger than the padded
    /// sequence.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static Tensor AvgPool1d(
        Tensor x, int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false,
        bool countIncludePad = true, int? divisor = null) =>
        AveragePooling.Apply(
            PoolingOptions.Of("AvgPool1d", kernelSize, stride ?? kernelSize, padding, ceilMode: ceilMode), x,
            countIncludePad, divisor);

    /// <summary>
    /// Mean of each window of images: y[n, c, i, j] = sum over u, v of x[n, c, i s + u - p, j s + v - p] / divisor.
    /// </summary>
    /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Rows and columns of zeros on each side, at most half of the window.</param>
    /// <param name="ceilMode">Keep a last window that is not whole: sizes are rounded up, but no window begins in the
    /// padding behind.</param>
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
        bool countIncludePad = true, int? divisor = null) =>
        AveragePooling.Apply(
            PoolingOptions.Of("AvgPool2d", kernelSize, stride ?? kernelSize, padding, ceilMode: ceilMode), x,
            countIncludePad, divisor);

    /// <summary>
    /// Mean of each window of volumes: y[n, c, h, i, j] = sum over t, u, v of x[n, c, h s + t - p, i s + u - p, j s + v
    /// - p] / divisor.
    /// </summary>
    /// <param name="x"><c>[N, C, D, H, W]</c> float32 or float64.</param>
    /// <param name="kernelSize">Depth, height and width of a window.</param>
    /// <param name="stride">Voxels from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Layers, rows and columns of zeros on each side, at most half of the window.</param>
    /// <param name="ceilMode">Keep a last window that is not whole: sizes are rounded up, but no window begins in the
    /// padding behind.</param>
    /// <param name="countIncludePad">The divisor counts padded positions; false: only those of the volume.</param>
    /// <param name="divisor">Divisor for every window, not 0, instead of the count.</param>
    /// <returns><c>[N, C, Dout, Hout, Wout]</c> with Dout = floor((D + 2*padding - kernelSize) / stride) + 1, and Hout
    /// and Wout likewise.</returns>
    /// <exception cref="ShapeException">x has not five dimensions, or the window is larger than the padded
    /// volume.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static Tensor AvgPool3d(
        Tensor x, Size3 kernelSize, Size3? stride = null, Size3 padding = default, bool ceilMode = false,
        bool countIncludePad = true, int? divisor = null) =>
        AveragePooling.Apply(
            PoolingOptions.Of("AvgPool3d", kernelSize, stride ?? kernelSize, padding, ceilMode: ceilMode), x,
            countIncludePad, divisor);
}
