using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Windows of images as columns; the formula stands at <see cref="F.Unfold"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, H, W]</c>, gives <c>[N, C * kernelH * kernelW, windows]</c>.
/// </remarks>
public sealed class Unfold : Layer
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="dilation">Pixels from one tap to the next; 1 if left out.</param>
    /// <param name="padding">Rows and columns of zeros on each side.</param>
    /// <param name="stride">Pixels from one window to the next; 1 if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Unfold(Size2 kernelSize, Size2? dilation = null, Size2 padding = default, Size2? stride = null)
    {
        (KernelSize, Dilation, Padding, Stride) = (kernelSize, dilation ?? 1, padding, stride ?? 1);
        PoolingOptions.Of("Unfold", KernelSize, Stride, Padding, (Size2?)Dilation).CheckWindow();
    }

    /// <summary>Height and width of a window.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Pixels from one tap to the next.</summary>
    public Size2 Dilation { get; }

    /// <summary>Rows and columns of zeros on each side.</summary>
    public Size2 Padding { get; }

    /// <summary>Pixels from one window to the next.</summary>
    public Size2 Stride { get; }

    /// <inheritdoc/>
    public override string Summary => $"Unfold {KernelSize}, stride {Stride}, padding {Padding}, dilation {Dilation}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.Unfold(x, KernelSize, Dilation, Padding, Stride);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) => x.Rank != 4 ? "[N, C, H, W]" : null;
}

/// <summary>Adds columns back to images; see <see cref="F.Fold"/>.</summary>
/// <remarks>
/// Takes <c>[N, C * kernelH * kernelW, windows]</c>, gives <c>[N, C, outputH, outputW]</c>.
/// </remarks>
public sealed class Fold : Layer
{
    /// <summary>A layer for images of one size.</summary>
    /// <param name="outputSize">Height and width of the images.</param>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="dilation">Pixels from one tap to the next; 1 if left out.</param>
    /// <param name="padding">Rows and columns on each side that are dropped.</param>
    /// <param name="stride">Pixels from one window to the next; 1 if left out.</param>
    /// <exception cref="ShapeException">The window is larger than the padded image.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Fold(
        Size2 outputSize, Size2 kernelSize, Size2? dilation = null, Size2 padding = default, Size2? stride = null)
    {
        if (outputSize.H < 0 || outputSize.W < 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(outputSize), $"Fold: outputSize must be 0 or more, got {outputSize}.");
        }
        (OutputSize, KernelSize) = (outputSize, kernelSize);
        (Dilation, Padding, Stride) = (dilation ?? 1, padding, stride ?? 1);
        Windows.Sizes("Fold", [1, 1, outputSize.H, outputSize.W], KernelSize, Dilation, Padding, Stride);
    }

    /// <summary>Height and width of the images.</summary>
    public Size2 OutputSize { get; }

    /// <summary>Height and width of a window.</summary>
    public Size2 KernelSize { get; }

    /// <summary>Pixels from one tap to the next.</summary>
    public Size2 Dilation { get; }

    /// <summary>Rows and columns on each side that are dropped.</summary>
    public Size2 Padding { get; }

    /// <summary>Pixels from one window to the next.</summary>
    public Size2 Stride { get; }

    /// <inheritdoc/>
    public override string Summary =>
        $"Fold to {OutputSize}, {KernelSize}, stride {Stride}, padding {Padding}, dilation {Dilation}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) =>
        F.Fold(x, OutputSize, KernelSize, Dilation, Padding, Stride);
}
