namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Channels become pixels: y[n, c, h r + i, w r + j] = x[n, (c r + i) r + j, h, w] with r the factor.
    /// </summary>
    /// <param name="x"><c>[N, C * r * r, H, W]</c> of any dtype.</param>
    /// <param name="upscaleFactor">r, 1 or more.</param>
    /// <returns><c>[N, C, H * r, W * r]</c>.</returns>
    /// <exception cref="ShapeException">x has not four dimensions, or r * r does not divide the channels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The factor is below 1.</exception>
    /// <remarks>
    /// Source: Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel
    /// convolutional neural network" (2016), eq. 4.
    /// </remarks>
    public static Tensor PixelShuffle(Tensor x, int upscaleFactor)
    {
        ArgumentNullException.ThrowIfNull(x);
        int r = upscaleFactor;
        if (r < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(upscaleFactor), $"PixelShuffle: upscaleFactor must be 1 or more, got {r}.");
        }
        if (x.Rank != 4 || x.Shape[1] % (r * r) != 0)
            throw new ShapeException($"PixelShuffle: expects [N, C * {r * r}, H, W], got {x.Shape}.", x.Shape);
        (int n, int channels, int h, int w) = x.Shape;
        int c = channels / (r * r);
        return x.Reshape(n, c, r, r, h, w).Permute(0, 1, 4, 2, 5, 3).Reshape(n, c, h * r, w * r);
    }

    /// <summary>
    /// Pixels become channels, the inverse of <see cref="PixelShuffle"/>: y[n, (c r + i) r + j, h, w] = x[n, c, h r +
    /// i, w r + j] with r the factor.
    /// </summary>
    /// <param name="x"><c>[N, C, H * r, W * r]</c> of any dtype.</param>
    /// <param name="downscaleFactor">r, 1 or more.</param>
    /// <returns><c>[N, C * r * r, H, W]</c>.</returns>
    /// <exception cref="ShapeException">x has not four dimensions, or r does not divide height and width.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The factor is below 1.</exception>
    public static Tensor PixelUnshuffle(Tensor x, int downscaleFactor)
    {
        ArgumentNullException.ThrowIfNull(x);
        int r = downscaleFactor;
        if (r < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(downscaleFactor), $"PixelUnshuffle: downscaleFactor must be 1 or more, got {r}.");
        }
        if (x.Rank != 4 || x.Shape[2] % r != 0 || x.Shape[3] % r != 0)
            throw new ShapeException($"PixelUnshuffle: expects [N, C, H * {r}, W * {r}], got {x.Shape}.", x.Shape);
        (int n, int c, int height, int width) = x.Shape;
        (int h, int w) = (height / r, width / r);
        return x.Reshape(n, c, h, r, w, r).Permute(0, 1, 3, 5, 2, 4).Reshape(n, c * r * r, h, w);
    }
}
