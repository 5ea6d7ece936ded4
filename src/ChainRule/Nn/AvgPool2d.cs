using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Mean of each window of an image; see <see cref="F.AvgPool2d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, H, W]</c>, gives <c>[N, C, Hout, Wout]</c> with
/// Hout = floor((H + 2*padding - kernelSize) / stride) + 1, and Wout likewise.
/// </remarks>
public sealed class AvgPool2d : Layer
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Rows and columns of zeros on each side, at most half of the window.</param>
    /// <param name="ceilMode">Keep a last window that is not whole.</param>
    /// <param name="countIncludePad">The divisor counts padded positions; false: only those of the image.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AvgPool2d(
        Size2 kernelSize, Size2? stride = null, Size2 padding = default, bool ceilMode = false,
        bool countIncludePad = true)
    {
        (KernelSize, Stride, Padding, CeilMode, CountIncludePad) =
            (kernelSize, stride ?? kernelSize, padding, ceilMode, countIncludePad);
        Pool2dCheck.Options("AvgPool2d", KernelSize, Stride, Padding, 1);
    }

    /// <summary>Height and width of a window.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Pixels from one window to the next.</summary>
    public Size2 Stride { get; }

    /// <summary>Rows and columns of zeros on each side.</summary>
    public Size2 Padding { get; }

    /// <summary>Whether a last window that is not whole counts.</summary>
    public bool CeilMode { get; }

    /// <summary>Whether the divisor counts padded positions.</summary>
    public bool CountIncludePad { get; }

    /// <inheritdoc/>
    public override string Summary =>
        $"AvgPool2d {KernelSize}" + (Stride == KernelSize ? "" : $", stride {Stride.Short()}")
        + (Padding == 0 ? "" : $", padding {Padding.Short()}") + (CeilMode ? ", ceil" : "")
        + (CountIncludePad || Padding == 0 ? "" : ", image only");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) =>
        F.AvgPool2d(x, KernelSize, Stride, Padding, CeilMode, CountIncludePad);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) => x.Rank != 4 ? "[N, C, H, W]" : null;
}
