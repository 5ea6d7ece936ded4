using System.Buffers.Binary;

namespace ChainRule.Data;

/// <summary>Element types of the IDX format, with the codes the format gives them.</summary>
public enum IdxType : byte
{
    /// <summary>Unsigned bytes.</summary>
    UInt8 = 0x08,
    /// <summary>Signed bytes.</summary>
    Int8 = 0x09,
    /// <summary>16-bit signed integers.</summary>
    Int16 = 0x0B,
    /// <summary>32-bit signed integers.</summary>
    Int32 = 0x0C,
    /// <summary>32-bit floating-point numbers.</summary>
    Float32 = 0x0D,
    /// <summary>64-bit floating-point numbers.</summary>
    Float64 = 0x0E,
}

/// <summary>The array of an IDX file: its type, its shape and its elements in row-major order.</summary>
public sealed class IdxArray
{
    private readonly byte[] _bytes;

    internal IdxArray(IdxType type, int[] shape, byte[] bytes)
    {
        Type = type;
        Shape = shape;
        _bytes = bytes;
    }

    /// <summary>Type of the elements.</summary>
    public IdxType Type { get; }

    /// <summary>Sizes of the dimensions, outermost first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Number of elements.</summary>
    public int Count => _bytes.Length / SizeOf(Type);

    /// <summary>The elements as bytes.</summary>
    /// <returns>The array's own memory, not a copy.</returns>
    /// <exception cref="InvalidOperationException">The elements are not <see cref="IdxType.UInt8"/>.</exception>
    public byte[] ToBytes() => Type == IdxType.UInt8
        ? _bytes
        : throw new InvalidOperationException($"the elements are {Type}, not UInt8; ToDoubles converts any type.");

    /// <summary>The elements of any type as doubles; every value is exact.</summary>
    /// <returns>A new array.</returns>
    public double[] ToDoubles()
    {
        var values = new double[Count];
        int size = SizeOf(Type);
        for (int i = 0; i < values.Length; i++)
        {
            var element = _bytes.AsSpan(i * size, size);
            values[i] = Type switch
            {
                IdxType.UInt8 => element[0],
                IdxType.Int8 => (sbyte)element[0],
                IdxType.Int16 => BinaryPrimitives.ReadInt16BigEndian(element),
                IdxType.Int32 => BinaryPrimitives.ReadInt32BigEndian(element),
                IdxType.Float32 => BinaryPrimitives.ReadSingleBigEndian(element),
                _ => BinaryPrimitives.ReadDoubleBigEndian(element),
            };
        }
        return values;
    }

    internal static int SizeOf(IdxType type) => type switch
    {
        IdxType.UInt8 or IdxType.Int8 => 1,
        IdxType.Int16 => 2,
        IdxType.Int32 or IdxType.Float32 => 4,
        _ => 8,
    };
}
