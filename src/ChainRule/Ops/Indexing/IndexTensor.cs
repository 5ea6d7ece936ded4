namespace ChainRule.Ops;

/// <summary>Tensors of positions and class numbers: Int64 or Int32 from the user, dense Int64 for the kernels,
/// checked.</summary>
internal static unsafe class IndexTensor
{
    /// <summary>The positions as dense Int64.</summary>
    /// <exception cref="DTypeException">They are not Int64 or Int32.</exception>
    public static Tensor Dense(string op, string name, Tensor index)
    {
        ArgumentNullException.ThrowIfNull(index);
        if (index.DType is not (DType.Int64 or DType.Int32))
        {
            throw new DTypeException($"{op}: {name} must be int64 or int32, got {index.DType.Text()}.", index.DType)
            {
                Help = "convert with To(DType.Int64) first.",
            };
        }
        return index.ConvertTo(DType.Int64).Dense();
    }

    /// <summary>Positions along one dimension as dense Int64 [K]; a single number counts as one of them.</summary>
    /// <exception cref="DTypeException">They are not Int64 or Int32.</exception>
    /// <exception cref="ShapeException">The index has more than one dimension.</exception>
    public static Tensor Vector(string op, Tensor index)
    {
        Tensor positions = Dense(op, "index", index);
        return positions.Rank <= 1
            ? positions.Reshape(positions.Count)
            : throw new ShapeException($"{op}: the index must be [K], got {index.Shape}.", index.Shape);
    }

    /// <summary>Checks that every position lies in [0, size), or equals <paramref name="except"/>.</summary>
    /// <param name="op">Operation, for the message.</param>
    /// <param name="what">What one entry is called: index, label.</param>
    /// <param name="index">Dense Int64.</param>
    /// <param name="size">How many positions there are.</param>
    /// <param name="of">What they are positions of, for the message.</param>
    /// <param name="except">A value that is allowed besides.</param>
    /// <exception cref="DataException">An entry lies outside.</exception>
    public static void Check(string op, string what, Tensor index, int size, string of, long? except = null)
    {
        long* p = index.Ptr<long>();
        int bad = FirstOutside(p, index.Count, size, except ?? 0, except is not null);
        if (bad < 0)
        {
            GC.KeepAlive(index);
            return;
        }
        long value = p[bad];
        string allowed = size == 0 ? "there are no positions" : $"use 0 to {size - 1}";
        string ignored = except is { } e ? $", or {e} to leave it out" : "";
        string place = index.Rank == 0 ? "" : $" at position {Place(index.Shape, bad)}";
        GC.KeepAlive(index);
        throw new DataException(op, $"{what} {value}{place} is out of range for {of}; {allowed}{ignored}.");
    }

    /// <summary>A position in row-major order as coordinates: [1, 3].</summary>
    private static string Place(Shape shape, int flat)
    {
        int[] at = new int[shape.Rank];
        for (int d = at.Length - 1; d >= 0; d--)
        {
            at[d] = flat % shape.Dims[d];
            flat /= shape.Dims[d];
        }
        return $"[{string.Join(", ", at)}]";
    }

    private static int FirstOutside(long* p, int count, int size, long except, bool exempts)
    {
        for (int i = 0; i < count; i++)
        {
            if ((ulong)p[i] >= (ulong)size && !(exempts && p[i] == except)) return i;
        }
        return -1;
    }
}
