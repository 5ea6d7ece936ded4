using ChainRule.Kernels.Convolution;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>What poolings by windows share, of 1, 2 and 3 dimensions.</summary>
/// <typeparam name="TSize">int for sequences, <see cref="Size2"/> for images, <see cref="Size3"/> for
/// volumes.</typeparam>
public abstract class WindowPool<TSize> : Layer
    where TSize : struct
{
    private protected WindowPool(TSize kernelSize, TSize? stride, TSize padding, TSize? dilation, bool ceilMode)
    {
        (KernelSize, Stride, Padding, CeilMode) = (kernelSize, stride ?? kernelSize, padding, ceilMode);
        Dilation = dilation ?? Extents.Uniform<TSize>(1);
        Options.Check();
    }

    /// <summary>Size of a window.</summary>
    public TSize KernelSize { get; }

    /// <summary>Entries from one window to the next.</summary>
    public TSize Stride { get; }

    /// <summary>Entries added on each side, which no maximum takes and no sum changes.</summary>
    public TSize Padding { get; }

    /// <summary>Entries from one position of a window to the next.</summary>
    public TSize Dilation { get; }

    /// <summary>Whether a last window that is not whole counts.</summary>
    public bool CeilMode { get; }

    /// <inheritdoc/>
    public sealed override string Summary
    {
        get
        {
            PoolingOptions o = Options;
            return $"{Kind} {Extents.Text(o.Kernel, Rank)}"
                + (o.Stride == o.Kernel ? "" : $", stride {Extents.Short(o.Stride, Rank)}")
                + (Pads ? $", padding {Extents.Short(o.Padding, Rank)}" : "")
                + (o.Dilation == Extent.One ? "" : $", dilation {Extents.Short(o.Dilation, Rank)}")
                + (CeilMode ? ", ceil" : "") + MoreSummary;
        }
    }

    /// <summary>The class's name and the operator's.</summary>
    private protected abstract string Kind { get; }

    private protected virtual string MoreSummary => "";

    private protected bool Pads => Options.Padding != Extent.Zero;

    private protected PoolingOptions Options =>
        PoolingOptions.Of(Kind, KernelSize, Stride, Padding, Dilation, CeilMode);

    private static int Rank => Extents.Rank<TSize>();

    /// <inheritdoc/>
    protected internal sealed override string? Expects(Tensor x) =>
        x.Rank != Rank + 2 ? Extents.Pattern("C", Rank) : null;
}
