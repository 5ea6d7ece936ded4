namespace ChainRule;

/// <summary>
/// One entry between the brackets of <c>x[...]</c>: a position, a range, a slice with a step, a new dimension or all.
/// </summary>
public readonly struct TensorIndex
{
    private TensorIndex(TensorIndexKind kind, Index start, Index stop, int step)
    {
        Kind = kind;
        Start = start;
        Stop = stop;
        Step = step;
    }

    /// <summary>A new dimension of size 1 at this place.</summary>
    public static TensorIndex NewDim => new(TensorIndexKind.NewDim, default, default, 1);

    /// <summary>As many whole dimensions as are needed to reach the rank of the tensor.</summary>
    public static TensorIndex Ellipsis => new(TensorIndexKind.Ellipsis, default, default, 1);

    internal TensorIndexKind Kind { get; }

    internal Index Start { get; }

    internal Index Stop { get; }

    internal int Step { get; }

    /// <summary>
    /// Elements from <paramref name="start"/> up to but not including <paramref name="stop"/>, every
    /// <paramref name="step"/>-th.
    /// </summary>
    /// <param name="start">First position.</param>
    /// <param name="stop">Position after the last.</param>
    /// <param name="step">Distance, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is below 1.</exception>
    public static TensorIndex Slice(Index start, Index stop, int step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        return new TensorIndex(TensorIndexKind.Range, start, stop, step);
    }

    /// <summary>One position; the dimension disappears. Negative numbers count from the end.</summary>
    /// <param name="index">Position.</param>
    public static implicit operator TensorIndex(int index) =>
        new(
            TensorIndexKind.At,
            index < 0 ? Index.FromEnd(-Math.Max(index, -int.MaxValue)) : Index.FromStart(index),
            default, 1);

    /// <summary>One position; the dimension disappears.</summary>
    /// <param name="index">Position.</param>
    public static implicit operator TensorIndex(Index index) => new(TensorIndexKind.At, index, default, 1);

    /// <summary>A range of positions.</summary>
    /// <param name="range">Range.</param>
    public static implicit operator TensorIndex(Range range) => new(TensorIndexKind.Range, range.Start, range.End, 1);
}

internal enum TensorIndexKind : byte
{
    At,
    Range,
    NewDim,
    Ellipsis,
}
