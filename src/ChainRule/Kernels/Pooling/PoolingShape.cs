using ChainRule.Kernels.Convolution;

namespace ChainRule.Kernels.Pooling;

/// <summary>Sizes of a pooling over planes [D, H, W], one for each image and channel.</summary>
/// <remarks>
/// Output = floor((Input + 2 * Padding - Dilation * (Kernel - 1) - 1) / Stride) + 1, or with CeilMode rounded up, but
/// never
/// so far that a window begins beyond the input and the padding before it.
/// </remarks>
/// <param name="Planes">How many planes lie one after the other: N * C.</param>
/// <param name="Input">Size of an input plane.</param>
/// <param name="Kernel">Size of a window.</param>
/// <param name="Stride">Distance of windows.</param>
/// <param name="Padding">Positions before and after the input that no maximum takes and no sum counts.</param>
/// <param name="Dilation">Distance of the positions of a window; averages want 1.</param>
/// <param name="CeilMode">Keeps a last window that is not whole.</param>
/// <param name="CountIncludePad">Averages: padded positions count in the divisor.</param>
/// <param name="Divisor">Averages: what to divide by instead of the count, or 0.</param>
internal readonly record struct PoolingShape(
    int Planes,
    Extent Input,
    Extent Kernel,
    Extent Stride,
    Extent Padding,
    Extent Dilation,
    bool CeilMode = false,
    bool CountIncludePad = true,
    int Divisor = 0)
{
    public Extent Output => new(
        Size(Input.D, Kernel.D, Stride.D, Padding.D, Dilation.D),
        Size(Input.H, Kernel.H, Stride.H, Padding.H, Dilation.H),
        Size(Input.W, Kernel.W, Stride.W, Padding.W, Dilation.W));

    /// <summary>The commonest pooling by far: 2 x 2 windows side by side.</summary>
    public bool IsHalving => Kernel == new Extent(1, 2, 2) && Stride == Kernel && Padding == Extent.Zero
        && Dilation == Extent.One && (!CeilMode || (Input.H % 2 == 0 && Input.W % 2 == 0));

    public static PoolingShape For2D(int planes, int height, int width, int kernel, int stride, int padding = 0) =>
        new(planes, new(1, height, width), new(1, kernel, kernel), new(1, stride, stride),
            new(0, padding, padding), Extent.One);

    private int Size(int input, int kernel, int stride, int padding, int dilation)
    {
        int span = input + (2 * padding) - (dilation * (kernel - 1)) - 1;
        if (span < 0 && !(CeilMode && span > -stride)) return 0;
        int size = CeilMode ? ((span + stride - 1) / stride) + 1 : (span / stride) + 1;
        return CeilMode && (size - 1) * stride >= input + padding ? size - 1 : size;
    }
}

/// <summary>
/// The part of one window along one dimension that lies in the input: First, First + dilation, ... below End.
/// </summary>
internal readonly struct Window
{
    public readonly int First;
    public readonly int End;

    /// <summary>Positions including padding: what an average that counts it divides by.</summary>
    public readonly int Span;

    public Window(int output, int input, int kernel, int stride, int padding, int dilation)
    {
        int start = (output * stride) - padding;
        Span = Math.Min(start + kernel, input + padding) - start;
        End = Math.Min(start + ((kernel - 1) * dilation) + 1, input);
        First = start >= 0 ? start : start + ((-start + dilation - 1) / dilation * dilation);
    }

    public int Length => Math.Max(0, End - First);
}
