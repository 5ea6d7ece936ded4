namespace ChainRule;

/// <summary>Element type of a tensor.</summary>
public enum DType : byte
{
    /// <summary>32-bit IEEE 754, the default.</summary>
    Float32,

    /// <summary>64-bit IEEE 754, for proofs and gradient checks.</summary>
    Float64,

    /// <summary>64-bit signed integer: class indices, positions.</summary>
    Int64,

    /// <summary>32-bit signed integer.</summary>
    Int32,

    /// <summary>8-bit unsigned integer: raw images.</summary>
    UInt8,

    /// <summary>One byte, 0 or 1: masks and comparisons.</summary>
    Bool,
}

/// <summary>Facts about element types.</summary>
public static class DTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this DType dtype) => dtype switch
    {
        DType.Float64 or DType.Int64 => 8,
        DType.Float32 or DType.Int32 => 4,
        _ => 1,
    };

    /// <summary>
    /// True for <see cref="DType.Float32"/> and <see cref="DType.Float64"/>, the types that can carry a gradient.
    /// </summary>
    public static bool IsFloatingPoint(this DType dtype) => dtype is DType.Float32 or DType.Float64;

    /// <summary>Lower-case name as it stands in messages: float32, int64, bool.</summary>
    public static string Text(this DType dtype) => dtype switch
    {
        DType.Float32 => "float32",
        DType.Float64 => "float64",
        DType.Int64 => "int64",
        DType.Int32 => "int32",
        DType.UInt8 => "uint8",
        _ => "bool",
    };

    /// <summary>Element type that stores values of the .NET type <typeparamref name="T"/>.</summary>
    /// <exception cref="DTypeException">
    /// <typeparamref name="T"/> is not float, double, long, int, byte or bool.
    /// </exception>
    public static DType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return DType.Float32;
        if (typeof(T) == typeof(double)) return DType.Float64;
        if (typeof(T) == typeof(long)) return DType.Int64;
        if (typeof(T) == typeof(int)) return DType.Int32;
        if (typeof(T) == typeof(byte)) return DType.UInt8;
        if (typeof(T) == typeof(bool)) return DType.Bool;
        throw new DTypeException(
            $"Tensor: no element type stores {typeof(T).Name}; use float, double, long, int, byte or bool.");
    }
}
