using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Windows of images as columns (im2col): y[n, (c kernelH + i) kernelW + j, l] = x[n, c, top + i dilationH, left +
    /// j dilationW] for window l, which begins at (top, left); windows run row by row, and x is 0 outside.
    /// </summary>
    /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="dilation">Pixels from one tap to the next; 1 if left out.</param>
    /// <param name="padding">Rows and columns of zeros on each side.</param>
    /// <param name="stride">Pixels from one window to the next; 1 if left out.</param>
    /// <returns><c>[N, C * kernelH * kernelW, Hout * Wout]</c> with Hout = floor((H + 2*padding -
    /// dilation*(kernelH - 1) - 1) / stride) + 1, and Wout likewise.</returns>
    /// <exception cref="ShapeException">x has not four dimensions, or the window is larger than the padded
    /// image.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static Tensor Unfold(
        Tensor x, Size2 kernelSize, Size2? dilation = null, Size2 padding = default, Size2? stride = null)
    {
        PoolingOptions.CheckInput("Unfold", x, 2);
        PoolingSizes sizes = Windows.Sizes(
            "Unfold", x.Shape, kernelSize, dilation ?? 1, padding, stride ?? 1);
        int columns = x.Shape[1] * sizes.Kernel.Kernel.Volume;
        return Windows.Unfold(sizes, x).Reshape(x.Shape[0], columns, sizes.Kernel.Output.Volume);
    }

    /// <summary>
    /// Adds columns back to images (col2im): every entry goes to the pixel from which <see cref="Unfold"/> would
    /// take it, overlapping ones add up.
    /// </summary>
    /// <param name="x"><c>[N, C * kernelH * kernelW, windows]</c> float32 or float64.</param>
    /// <param name="outputSize">Height and width of the images.</param>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="dilation">Pixels from one tap to the next; 1 if left out.</param>
    /// <param name="padding">Rows and columns on each side that are dropped.</param>
    /// <param name="stride">Pixels from one window to the next; 1 if left out.</param>
    /// <returns><c>[N, C, outputH, outputW]</c>.</returns>
    /// <exception cref="ShapeException">x has not three dimensions, or not the size that the options ask
    /// for.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static Tensor Fold(
        Tensor x, Size2 outputSize, Size2 kernelSize, Size2? dilation = null, Size2 padding = default,
        Size2? stride = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        Elementwise.CheckType("Fold", x.DType, takesIntegers: false);
        if (outputSize.H < 1 || outputSize.W < 1)
            throw Extents.Range("Fold", nameof(outputSize), Extents.Of(outputSize, 1), 2, "1 or more");
        PoolingOptions.Of("Fold", kernelSize, stride ?? 1, padding, dilation).CheckWindow();
        int taps = kernelSize.H * kernelSize.W;
        if (x.Rank != 3 || x.Shape[1] % taps != 0)
            throw new ShapeException($"Fold: expects [N, C * {taps}, windows], got {x.Shape}.", x.Shape);
        int n = x.Shape[0], channels = x.Shape[1] / taps;
        PoolingSizes sizes = Windows.Sizes(
            "Fold", [n, channels, outputSize.H, outputSize.W], kernelSize, dilation ?? 1, padding, stride ?? 1);
        int windows = sizes.Kernel.Output.Volume;
        if (x.Shape[2] != windows)
        {
            throw new ShapeException(
                $"Fold: an image {outputSize} has {windows} windows {kernelSize}, got {x.Shape[2]} in {x.Shape}.",
                x.Shape);
        }
        return Windows.Fold(sizes, x.Reshape(n, channels, taps, windows));
    }
}
