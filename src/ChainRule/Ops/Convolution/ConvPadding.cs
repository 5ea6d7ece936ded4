using ChainRule.Kernels.Convolution;
using ChainRule.Ops;

namespace ChainRule;

/// <summary>
/// What a convolution adds around its input: numbers, the same before and after, or as much as keeps the size.
/// </summary>
/// <remarks>
/// Made from a number for every dimension, from one a dimension, or by name: <c>padding: 1</c>, <c>padding: (1, 2)</c>,
/// <c>padding: ConvPadding.Same</c>.
/// </remarks>
public readonly record struct ConvPadding
{
    private readonly Extent _numbers;
    private readonly int _count;                                     // 0: one number for every dimension
    private readonly bool _same;

    private ConvPadding(Extent numbers, int count, bool same = false) =>
        (_numbers, _count, _same) = (numbers, count, same);

    /// <summary>Nothing: only windows that lie in the input.</summary>
    public static ConvPadding Valid => default;

    /// <summary>
    /// dilation * (kernel - 1) in each dimension, half of it (rounded down) before and the rest after, so that the
    /// output has the size of the input; wants stride 1.
    /// </summary>
    public static ConvPadding Same => new(Extent.Zero, 0, same: true);

    /// <summary>The same number for every dimension.</summary>
    /// <param name="all">Entries before and after.</param>
    public static implicit operator ConvPadding(int all) => new(new(all, all, all), 0);

    /// <summary>Numbers for height and width.</summary>
    /// <param name="sizes">Entries before and after.</param>
    public static implicit operator ConvPadding(Size2 sizes) => new(new(0, sizes.H, sizes.W), 2);

    /// <summary>Numbers for height and width.</summary>
    /// <param name="sizes">Entries before and after.</param>
    public static implicit operator ConvPadding((int H, int W) sizes) => (Size2)sizes;

    /// <summary>Numbers for depth, height and width.</summary>
    /// <param name="sizes">Entries before and after.</param>
    public static implicit operator ConvPadding(Size3 sizes) => new(new(sizes.D, sizes.H, sizes.W), 3);

    /// <summary>Numbers for depth, height and width.</summary>
    /// <param name="sizes">Entries before and after.</param>
    public static implicit operator ConvPadding((int D, int H, int W) sizes) => (Size3)sizes;

    /// <summary>"1", "1x2" or "same".</summary>
    public override string ToString() => _same ? "same"
        : _count == 0 ? $"{_numbers.W}" : Extents.Short(_numbers, _count);

    /// <summary>Refuses numbers for another rank, negative ones, and a stride that cannot keep the size.</summary>
    internal void Check(string op, int rank, Extent stride)
    {
        if (_count != 0 && _count != rank)
        {
            throw new ArgumentException(
                $"{op}: padding has {_count} numbers, {Extents.Text(_numbers, _count)}; expected 1"
                + (rank == 1 ? "." : $" or {rank}."),
                "padding");
        }
        if (!_numbers.Within(0)) throw Extents.Range(op, "padding", _numbers, rank, "0 or more");
        if (_same && stride != Extent.One)
        {
            throw new ArgumentException(
                $"{op}: padding that keeps the size needs stride 1, got {Extents.Text(stride, rank)}.", "padding");
        }
    }

    /// <summary>Entries before and after the input, for a window.</summary>
    internal (Extent Before, Extent After) For(int rank, Extent span)
    {
        if (_same)
        {
            Extent total = span - Extent.One, before = total / new Extent(2, 2, 2);
            return (before, total - before);
        }
        Extent both = new(rank > 2 ? _numbers.D : 0, rank > 1 ? _numbers.H : 0, _numbers.W);
        return (both, both);
    }
}
