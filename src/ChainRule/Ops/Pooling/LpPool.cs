using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// p-norm of each window of sequences: y = (sum over the window of |x|^p)^(1/p).
    /// </summary>
    /// <param name="x"><c>[N, C, L]</c> float32 or float64.</param>
    /// <param name="p">Exponent, above 0; infinity gives the largest absolute value.</param>
    /// <param name="kernelSize">Length of a window.</param>
    /// <param name="stride">Positions from one window to the next; the size of the window if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole; its sum is scaled to that of a whole one.</param>
    /// <returns><c>[N, C, Lout]</c> with Lout = floor((L - kernelSize) / stride) + 1.</returns>
    /// <exception cref="ShapeException">x has not three dimensions, or the window is larger than the
    /// sequence.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <remarks>The gradient of a window of zeros is 0. Differs from PyTorch: D32 (negative numbers count by their
    /// absolute value).</remarks>
    public static Tensor LpPool1d(
        Tensor x, double p, int kernelSize, int? stride = null, bool ceilMode = false) =>
        LpPooling.Apply(PoolingOptions.Of("LpPool1d", kernelSize, stride ?? kernelSize, ceilMode: ceilMode), x, p);

    /// <summary>
    /// p-norm of each window of images: y = (sum over the window of |x|^p)^(1/p).
    /// </summary>
    /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
    /// <param name="p">Exponent, above 0; infinity gives the largest absolute value.</param>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole; its sum is scaled to that of a whole one.</param>
    /// <returns><c>[N, C, Hout, Wout]</c> with Hout = floor((H - kernelSize) / stride) + 1, and Wout
    /// likewise.</returns>
    /// <exception cref="ShapeException">x has not four dimensions, or the window is larger than the image.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <remarks>The gradient of a window of zeros is 0. Differs from PyTorch: D32 (negative numbers count by their
    /// absolute value).</remarks>
    public static Tensor LpPool2d(
        Tensor x, double p, Size2 kernelSize, Size2? stride = null, bool ceilMode = false) =>
        LpPooling.Apply(PoolingOptions.Of("LpPool2d", kernelSize, stride ?? kernelSize, ceilMode: ceilMode), x, p);

    /// <summary>
    /// p-norm of each window of volumes: y = (sum over the window of |x|^p)^(1/p).
    /// </summary>
    /// <param name="x"><c>[N, C, D, H, W]</c> float32 or float64.</param>
    /// <param name="p">Exponent, above 0; infinity gives the largest absolute value.</param>
    /// <param name="kernelSize">Depth, height and width of a window.</param>
    /// <param name="stride">Voxels from one window to the next; the size of the window if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole; its sum is scaled to that of a whole one.</param>
    /// <returns><c>[N, C, Dout, Hout, Wout]</c> with Dout = floor((D - kernelSize) / stride) + 1, and Hout and Wout
    /// likewise.</returns>
    /// <exception cref="ShapeException">x has not five dimensions, or the window is larger than the volume.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <remarks>The gradient of a window of zeros is 0. Differs from PyTorch: D32 (negative numbers count by their
    /// absolute value).</remarks>
    /// <torch>none</torch>
    public static Tensor LpPool3d(
        Tensor x, double p, Size3 kernelSize, Size3? stride = null, bool ceilMode = false) =>
        LpPooling.Apply(PoolingOptions.Of("LpPool3d", kernelSize, stride ?? kernelSize, ceilMode: ceilMode), x, p);
}
