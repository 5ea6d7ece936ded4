namespace ChainRule;

public sealed unsafe partial class Tensor
{
    /// <summary>The only element, as a double.</summary>
    /// <exception cref="ShapeException">The tensor has more or fewer elements than one.</exception>
    public double Item()
    {
        if (Count != 1)
            throw new ShapeException(
                $"Item: {Shape} has {Count} elements; only a tensor of one element has an item.", Shape);
        double value = DType switch
        {
            DType.Float32 => *Ptr<float>(),
            DType.Float64 => *Ptr<double>(),
            DType.Int64 => *Ptr<long>(),
            DType.Int32 => *Ptr<int>(),
            _ => *Ptr<byte>(),
        };
        GC.KeepAlive(this);
        return value;
    }

    /// <summary>A copy of the elements in row-major order.</summary>
    /// <typeparam name="T">The .NET type of the elements: float for Float32, and so on.</typeparam>
    /// <returns>Array of <see cref="Count"/> elements.</returns>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the type of the elements.</exception>
    /// <torch>torch.Tensor.tolist</torch>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        NeedType<T>("ToArray");
        T[] values = new T[Count];
        CopyTo(values.AsSpan());
        return values;
    }

    /// <summary>Copies the elements in row-major order.</summary>
    /// <typeparam name="T">The .NET type of the elements: float for Float32, and so on.</typeparam>
    /// <param name="target">Receives <see cref="Count"/> elements.</param>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the type of the elements.</exception>
    /// <exception cref="ArgumentException">The target is shorter than the tensor.</exception>
    /// <torch>none</torch>
    public void CopyTo<T>(Span<T> target)
        where T : unmanaged
    {
        NeedType<T>("CopyTo");
        if (target.Length < Count)
            throw new ArgumentException($"CopyTo: {Count} elements do not fit into {target.Length}.", nameof(target));
        fixed (T* t = target) StridedCopy.ToDense(Pointer, Dims, Strides, (byte*)t, DType.Size());
        GC.KeepAlive(this);
    }

    /// <summary>The elements converted to double, in row-major order: for printing, tests and files.</summary>
    internal double[] ToDoubles() => ConvertTo(DType.Float64, kept: true).ToArray<double>();

    private void NeedType<T>(string op)
        where T : unmanaged
    {
        DType asked = DTypes.Of<T>();
        if (asked == DType) return;
        throw new DTypeException(
            $"{op}: the tensor holds {DType.Text()}, not {asked.Text()}; convert with To first.", DType, asked);
    }

    /// <summary>
    /// Elements converted to another type, without a gradient: floating point to integers towards zero and to the
    /// nearest end of the type from outside (NaN to 0), integers by their low bits, anything but 0 to true.
    /// </summary>
    internal Tensor ConvertTo(DType dtype, bool kept = false)
    {
        if (dtype == DType) return this;
        Tensor dense = Dense();
        Tensor made = kept ? EmptyKept(Shape, dtype) : Empty(Shape, dtype);
        DTypeConversion.Run(dense.Pointer, DType, made.Pointer, dtype, Count);
        GC.KeepAlive(dense);
        return made;
    }
}
