using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Soft maximum of each window R of sequences: y = (1/r) ln((1/|R|) sum over R of e^(r x)), |R| being the size of
    /// the window; near the mean for small r and near the maximum for large.
    /// </summary>
    /// <param name="x"><c>[N, C, L]</c> float32 or float64.</param>
    /// <param name="kernelSize">Length of a window.</param>
    /// <param name="stride">Positions from one window to the next; the size of the window if left out.</param>
    /// <param name="r">Sharpness, above 0.</param>
    /// <returns><c>[N, C, Lout]</c> with Lout = floor((L - kernelSize) / stride) + 1.</returns>
    /// <exception cref="ShapeException">x has not three dimensions, or the window is larger than the
    /// sequence.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <remarks>Without overflow for large r x. Source: Pinheiro and Collobert, "From image-level to pixel-level
    /// labeling with convolutional networks" (2015), eq. 5.</remarks>
    /// <torch>none</torch>
    public static Tensor LogSumExpPool1d(
        Tensor x, int kernelSize, int? stride = null, double r = 1) =>
        LogSumExpPooling.Apply(PoolingOptions.Of("LogSumExpPool1d", kernelSize, stride ?? kernelSize), x, r);

    /// <summary>
    /// Soft maximum of each window R of images: y = (1/r) ln((1/|R|) sum over R of e^(r x)), |R| being the size of the
    /// window; near the mean for small r and near the maximum for large.
    /// </summary>
    /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
    /// <param name="r">Sharpness, above 0.</param>
    /// <returns><c>[N, C, Hout, Wout]</c> with Hout = floor((H - kernelSize) / stride) + 1, and Wout
    /// likewise.</returns>
    /// <exception cref="ShapeException">x has not four dimensions, or the window is larger than the image.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <remarks>Without overflow for large r x. Source: Pinheiro and Collobert, "From image-level to pixel-level
    /// labeling with convolutional networks" (2015), eq. 5.</remarks>
    /// <torch>none</torch>
    public static Tensor LogSumExpPool2d(
        Tensor x, Size2 kernelSize, Size2? stride = null, double r = 1) =>
        LogSumExpPooling.Apply(PoolingOptions.Of("LogSumExpPool2d", kernelSize, stride ?? kernelSize), x, r);

    /// <summary>
    /// Soft maximum of each window R of volumes: y = (1/r) ln((1/|R|) sum over R of e^(r x)), |R| being the size of the
    /// window; near the mean for small r and near the maximum for large.
    /// </summary>
    /// <param name="x"><c>[N, C, D, H, W]</c> float32 or float64.</param>
    /// <param name="kernelSize">Depth, height and width of a window.</param>
    /// <param name="stride">Voxels from one window to the next; the size of the window if left out.</param>
    /// <param name="r">Sharpness, above 0.</param>
    /// <returns><c>[N, C, Dout, Hout, Wout]</c> with Dout = floor((D - kernelSize) / stride) + 1, and Hout and Wout
    /// likewise.</returns>
    /// <exception cref="ShapeException">x has not five dimensions, or the window is larger than the volume.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <remarks>Without overflow for large r x. Source: Pinheiro and Collobert, "From image-level to pixel-level
    /// labeling with convolutional networks" (2015), eq. 5.</remarks>
    /// <torch>none</torch>
    public static Tensor LogSumExpPool3d(
        Tensor x, Size3 kernelSize, Size3? stride = null, double r = 1) =>
        LogSumExpPooling.Apply(PoolingOptions.Of("LogSumExpPool3d", kernelSize, stride ?? kernelSize), x, r);
}
