namespace ChainRule.Nn;

/// <summary>Channels become pixels; the formula stands at <see cref="F.PixelShuffle"/>.</summary>
/// <remarks>Takes <c>[N, C * r * r, H, W]</c>, gives <c>[N, C, H * r, W * r]</c>.</remarks>
public sealed class PixelShuffle : Layer
{
    /// <summary>A layer with its factor.</summary>
    /// <param name="upscaleFactor">r, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is below 1.</exception>
    public PixelShuffle(int upscaleFactor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(upscaleFactor, 1);
        UpscaleFactor = upscaleFactor;
    }

    /// <summary>Pixels for each pixel, along height and width.</summary>
    public int UpscaleFactor { get; }

    /// <inheritdoc/>
    public override string Summary => $"PixelShuffle {UpscaleFactor}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.PixelShuffle(x, UpscaleFactor);
}

/// <summary>Pixels become channels; the formula stands at <see cref="F.PixelUnshuffle"/>.</summary>
/// <remarks>Takes <c>[N, C, H * r, W * r]</c>, gives <c>[N, C * r * r, H, W]</c>.</remarks>
public sealed class PixelUnshuffle : Layer
{
    /// <summary>A layer with its factor.</summary>
    /// <param name="downscaleFactor">r, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is below 1.</exception>
    public PixelUnshuffle(int downscaleFactor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(downscaleFactor, 1);
        DownscaleFactor = downscaleFactor;
    }

    /// <summary>Pixels that become one, along height and width.</summary>
    public int DownscaleFactor { get; }

    /// <inheritdoc/>
    public override string Summary => $"PixelUnshuffle {DownscaleFactor}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.PixelUnshuffle(x, DownscaleFactor);
}
