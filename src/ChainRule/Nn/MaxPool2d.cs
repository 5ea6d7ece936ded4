using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Largest number of each window of an image; see <see cref="F.MaxPool2d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, H, W]</c>, gives <c>[N, C, Hout, Wout]</c> with
/// Hout = floor((H + 2*padding - dilation*(kernelSize - 1) - 1) / stride) + 1, and Wout likewise.
/// </remarks>
public sealed class MaxPool2d : Layer
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Rows and columns on each side that never win, at most half of the window.</param>
    /// <param name="dilation">Pixels from one position of a window to the next; 1 if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public MaxPool2d(
        Size2 kernelSize, Size2? stride = null, Size2 padding = default, Size2? dilation = null, bool ceilMode = false)
    {
        (KernelSize, Stride, Padding, Dilation, CeilMode) = (
            kernelSize, stride ?? kernelSize, padding, dilation ?? 1, ceilMode);
        Pool2dCheck.Options("MaxPool2d", KernelSize, Stride, Padding, Dilation);
    }

    /// <summary>Height and width of a window.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Pixels from one window to the next.</summary>
    public Size2 Stride { get; }

    /// <summary>Rows and columns on each side that never win.</summary>
    public Size2 Padding { get; }

    /// <summary>Pixels from one position of a window to the next.</summary>
    public Size2 Dilation { get; }

    /// <summary>Whether a last window that is not whole counts.</summary>
    public bool CeilMode { get; }

    /// <inheritdoc/>
    public override string Summary =>
        $"MaxPool2d {KernelSize}" + (Stride == KernelSize ? "" : $", stride {Stride.Short()}")
        + (Padding == 0 ? "" : $", padding {Padding.Short()}") + (Dilation == 1 ? "" : $", dilation {Dilation.Short()}")
        + (CeilMode ? ", ceil" : "");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.MaxPool2d(x, KernelSize, Stride, Padding, Dilation, CeilMode);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) => x.Rank != 4 ? "[N, C, H, W]" : null;
}
