using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Maximum pooling of 1, 2 or 3 dimensions.</summary>
/// <typeparam name="TSize">int for sequences, <see cref="Size2"/> for images, <see cref="Size3"/> for
/// volumes.</typeparam>
public abstract class MaxPool<TSize> : WindowPool<TSize>
    where TSize : struct
{
    private protected MaxPool(TSize kernelSize, TSize? stride, TSize padding, TSize? dilation, bool ceilMode)
        : base(kernelSize, stride, padding, dilation, ceilMode)
    {
    }

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x) => MaxPooling.Apply(Options, x);
}

/// <summary>Largest number of each window of sequences; see <see cref="F.MaxPool1d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, L]</c>, gives <c>[N, C, Lout]</c> with Lout = floor((L + 2*padding - dilation*(kernelSize - 1) - 1)
/// / stride) + 1.
/// </remarks>
public sealed class MaxPool1d : MaxPool<int>
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="kernelSize">Length of a window.</param>
    /// <param name="stride">Positions from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Entries that never win on each side, at most half of the window.</param>
    /// <param name="dilation">Positions from one position of a window to the next; 1 if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public MaxPool1d(
        int kernelSize, int? stride = null, int padding = 0, int? dilation = null, bool ceilMode = false)
        : base(kernelSize, stride, padding, dilation, ceilMode)
    {
    }

    private protected override string Kind => "MaxPool1d";
}

/// <summary>Largest number of each window of images; see <see cref="F.MaxPool2d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, H, W]</c>, gives <c>[N, C, Hout, Wout]</c> with Hout = floor((H + 2*padding - dilation*(kernelSize -
/// 1) - 1) / stride) + 1, and Wout likewise.
/// </remarks>
public sealed class MaxPool2d : MaxPool<Size2>
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Rows and columns that never win on each side, at most half of the window.</param>
    /// <param name="dilation">Pixels from one position of a window to the next; 1 if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public MaxPool2d(
        Size2 kernelSize, Size2? stride = null, Size2 padding = default, Size2? dilation = null,
        bool ceilMode = false)
        : base(kernelSize, stride, padding, dilation, ceilMode)
    {
    }

    private protected override string Kind => "MaxPool2d";
}

/// <summary>Largest number of each window of volumes; see <see cref="F.MaxPool3d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, D, H, W]</c>, gives <c>[N, C, Dout, Hout, Wout]</c> with Dout = floor((D + 2*padding -
/// dilation*(kernelSize - 1) - 1) / stride) + 1, and Hout and Wout likewise.
/// </remarks>
public sealed class MaxPool3d : MaxPool<Size3>
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="kernelSize">Depth, height and width of a window.</param>
    /// <param name="stride">Voxels from one window to the next; the size of the window if left out.</param>
    /// <param name="padding">Layers, rows and columns that never win on each side, at most half of the window.</param>
    /// <param name="dilation">Voxels from one position of a window to the next; 1 if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public MaxPool3d(
        Size3 kernelSize, Size3? stride = null, Size3 padding = default, Size3? dilation = null,
        bool ceilMode = false)
        : base(kernelSize, stride, padding, dilation, ceilMode)
    {
    }

    private protected override string Kind => "MaxPool3d";
}
