using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Average pooling of 1, 2 or 3 dimensions.</summary>
/// <typeparam name="TSize">int for sequences, <see cref="Size2"/> for images, <see cref="Size3"/> for
/// volumes.</typeparam>
public abstract class AvgPool<TSize> : WindowPool<TSize>
    where TSize : struct
{
    private protected AvgPool(
        TSize kernelSize, TSize? stride, TSize padding, bool ceilMode, bool countIncludePad, int? divisor)
        : base(kernelSize, stride, padding, null, ceilMode)
    {
        AveragePooling.CheckDivisor(Kind, divisor);
        (CountIncludePad, Divisor) = (countIncludePad, divisor);
    }

    /// <summary>Whether the divisor counts padded positions.</summary>
    public bool CountIncludePad { get; }

    /// <summary>Divisor of every window; null for the count.</summary>
    public int? Divisor { get; }

    private protected sealed override string MoreSummary =>
        (CountIncludePad || !Pads ? "" : ", without padding in the count")
        + (Divisor is { } divisor ? $", divisor {divisor}" : "");

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x) =>
        AveragePooling.Apply(Options, x, CountIncludePad, Divisor);
}

/// <summary>Mean of each window of sequences; see <see cref="F.AvgPool1d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, L]</c>, gives <c>[N, C, Lout]</c> with Lout = floor((L + 2*padding - kernelSize) / stride) + 1.
/// </remarks>
public sealed class AvgPool1d : AvgPool<int>
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="kernelSize">Length of a window.</param>
    /// <param name="stride">Positions from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Entries of zeros on each side, at most half of the window.</param>
    /// <param name="ceilMode">Keep a last window that is not whole.</param>
    /// <param name="countIncludePad">The divisor counts padded positions; false: only those of the sequence.</param>
    /// <param name="divisor">Divisor for every window, not 0, instead of the count.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AvgPool1d(
        int kernelSize, int? stride = null, int padding = 0, bool ceilMode = false, bool countIncludePad = true,
        int? divisor = null)
        : base(kernelSize, stride, padding, ceilMode, countIncludePad, divisor)
    {
    }

    private protected override string Kind => "AvgPool1d";
}

/// <summary>Mean of each window of images; see <see cref="F.AvgPool2d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, H, W]</c>, gives <c>[N, C, Hout, Wout]</c> with Hout = floor((H + 2*padding - kernelSize) / stride)
/// + 1, and Wout likewise.
/// </remarks>
public sealed class AvgPool2d : AvgPool<Size2>
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Rows and columns of zeros on each side, at most half of the window.</param>
    /// <param name="ceilMode">Keep a last window that is not whole.</param>
    /// <param name="countIncludePad">The divisor counts padded positions; false: only those of the image.</param>
    /// <param name="divisor">Divisor for every window, not 0, instead of the count.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AvgPool2d(
        Size2 kernelSize, Size2? stride = null, Size2 padding = default, bool ceilMode = false,
        bool countIncludePad = true, int? divisor = null)
        : base(kernelSize, stride, padding, ceilMode, countIncludePad, divisor)
    {
    }

    private protected override string Kind => "AvgPool2d";
}

/// <summary>Mean of each window of volumes; see <see cref="F.AvgPool3d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, D, H, W]</c>, gives <c>[N, C, Dout, Hout, Wout]</c> with Dout = floor((D + 2*padding - kernelSize) /
/// stride) + 1, and Hout and Wout likewise.
/// </remarks>
public sealed class AvgPool3d : AvgPool<Size3>
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="kernelSize">Depth, height and width of a window.</param>
    /// <param name="stride">Voxels from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Layers, rows and columns of zeros on each side, at most half of the window.</param>
    /// <param name="ceilMode">Keep a last window that is not whole.</param>
    /// <param name="countIncludePad">The divisor counts padded positions; false: only those of the volume.</param>
    /// <param name="divisor">Divisor for every window, not 0, instead of the count.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AvgPool3d(
        Size3 kernelSize, Size3? stride = null, Size3 padding = default, bool ceilMode = false,
        bool countIncludePad = true, int? divisor = null)
        : base(kernelSize, stride, padding, ceilMode, countIncludePad, divisor)
    {
    }

    private protected override string Kind => "AvgPool3d";
}
