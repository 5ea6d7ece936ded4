using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Pooling by soft maxima, of 1, 2 or 3 dimensions.</summary>
/// <typeparam name="TSize">int for sequences, <see cref="Size2"/> for images, <see cref="Size3"/> for
/// volumes.</typeparam>
public abstract class LogSumExpPool<TSize> : WindowPool<TSize>
    where TSize : struct
{
    private protected LogSumExpPool(TSize kernelSize, TSize? stride, double r)
        : base(kernelSize, stride, default, null, ceilMode: false)
    {
        LogSumExpPooling.CheckSharpness(Kind, r);
        R = r;
    }

    /// <summary>Sharpness: near 0 the mean, for large values the maximum.</summary>
    public double R { get; }

    private protected sealed override string MoreSummary =>
        R == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", r {R}");

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x) => LogSumExpPooling.Apply(Options, x, R);
}

/// <summary>Soft maximum of each window of sequences; see <see cref="F.LogSumExpPool1d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, L]</c>, gives <c>[N, C, Lout]</c> with Lout = floor((L - kernelSize) / stride) + 1.
/// </remarks>
/// <torch>none</torch>
public sealed class LogSumExpPool1d : LogSumExpPool<int>
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="kernelSize">Length of a window.</param>
    /// <param name="stride">Positions from one window to the next; the size of the window if left out.</param>
    /// <param name="r">Sharpness, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LogSumExpPool1d(
        int kernelSize, int? stride = null, double r = 1)
        : base(kernelSize, stride, r)
    {
    }

    private protected override string Kind => "LogSumExpPool1d";
}

/// <summary>Soft maximum of each window of images; see <see cref="F.LogSumExpPool2d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, H, W]</c>, gives <c>[N, C, Hout, Wout]</c> with Hout = floor((H - kernelSize) / stride) + 1, and
/// Wout likewise.
/// </remarks>
/// <torch>none</torch>
public sealed class LogSumExpPool2d : LogSumExpPool<Size2>
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
    /// <param name="r">Sharpness, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LogSumExpPool2d(
        Size2 kernelSize, Size2? stride = null, double r = 1)
        : base(kernelSize, stride, r)
    {
    }

    private protected override string Kind => "LogSumExpPool2d";
}

/// <summary>Soft maximum of each window of volumes; see <see cref="F.LogSumExpPool3d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, D, H, W]</c>, gives <c>[N, C, Dout, Hout, Wout]</c> with Dout = floor((D - kernelSize) / stride) +
/// 1, and Hout and Wout likewise.
/// </remarks>
/// <torch>none</torch>
public sealed class LogSumExpPool3d : LogSumExpPool<Size3>
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="kernelSize">Depth, height and width of a window.</param>
    /// <param name="stride">Voxels from one window to the next; the size of the window if left out.</param>
    /// <param name="r">Sharpness, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LogSumExpPool3d(
        Size3 kernelSize, Size3? stride = null, double r = 1)
        : base(kernelSize, stride, r)
    {
    }

    private protected override string Kind => "LogSumExpPool3d";
}
