using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Pooling by p-norms, of 1, 2 or 3 dimensions.</summary>
/// <typeparam name="TSize">int for sequences, <see cref="Size2"/> for images, <see cref="Size3"/> for
/// volumes.</typeparam>
public abstract class LpPool<TSize> : WindowPool<TSize>
    where TSize : struct
{
    private protected LpPool(double p, TSize kernelSize, TSize? stride, bool ceilMode)
        : base(kernelSize, stride, default, null, ceilMode)
    {
        LpPooling.CheckExponent(Kind, p);
        P = p;
    }

    /// <summary>The exponent.</summary>
    public double P { get; }

    private protected sealed override string MoreSummary =>
        string.Create(CultureInfo.InvariantCulture, $", p {P}");

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x) => LpPooling.Apply(Options, x, P);
}

/// <summary>p-norm of each window of sequences; see <see cref="F.LpPool1d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, L]</c>, gives <c>[N, C, Lout]</c> with Lout = floor((L - kernelSize) / stride) + 1.
/// </remarks>
public sealed class LpPool1d : LpPool<int>
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="p">Exponent, above 0; infinity gives the largest absolute value.</param>
    /// <param name="kernelSize">Length of a window.</param>
    /// <param name="stride">Positions from one window to the next; the size of the window if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole; its sum is scaled to that of a whole one.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LpPool1d(
        double p, int kernelSize, int? stride = null, bool ceilMode = false)
        : base(p, kernelSize, stride, ceilMode)
    {
    }

    private protected override string Kind => "LpPool1d";
}

/// <summary>p-norm of each window of images; see <see cref="F.LpPool2d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, H, W]</c>, gives <c>[N, C, Hout, Wout]</c> with Hout = floor((H - kernelSize) / stride) + 1, and
/// Wout likewise.
/// </remarks>
public sealed class LpPool2d : LpPool<Size2>
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="p">Exponent, above 0; infinity gives the largest absolute value.</param>
    /// <param name="kernelSize">Height and width of a window.</param>
    /// <param name="stride">Pixels from one window to the next; the size of the window if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole; its sum is scaled to that of a whole one.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LpPool2d(
        double p, Size2 kernelSize, Size2? stride = null, bool ceilMode = false)
        : base(p, kernelSize, stride, ceilMode)
    {
    }

    private protected override string Kind => "LpPool2d";
}

/// <summary>p-norm of each window of volumes; see <see cref="F.LpPool3d"/>.</summary>
/// <remarks>
/// Takes <c>[N, C, D, H, W]</c>, gives <c>[N, C, Dout, Hout, Wout]</c> with Dout = floor((D - kernelSize) / stride) +
/// 1, and Hout and Wout likewise.
/// </remarks>
/// <torch>none</torch>
public sealed class LpPool3d : LpPool<Size3>
{
    /// <summary>A layer for windows of one size.</summary>
    /// <param name="p">Exponent, above 0; infinity gives the largest absolute value.</param>
    /// <param name="kernelSize">Depth, height and width of a window.</param>
    /// <param name="stride">Voxels from one window to the next; the size of the window if left out.</param>
    /// <param name="ceilMode">Keep a last window that is not whole; its sum is scaled to that of a whole one.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LpPool3d(
        double p, Size3 kernelSize, Size3? stride = null, bool ceilMode = false)
        : base(p, kernelSize, stride, ceilMode)
    {
    }

    private protected override string Kind => "LpPool3d";
}
