using System.Buffers.Binary;
using System.Text;

namespace ChainRule.Formats;

/// <summary>How a field of a message is encoded.</summary>
internal enum WireKind
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>
/// Takes the fields of a message in the wire format of Protocol Buffers apart, one after the other: <see cref="Next"/>,
/// then one of the values. Copies nothing, and no length is trusted.
/// </summary>
/// <remarks>
/// Source: protobuf.dev, "Encoding". A value that is not asked for is skipped. Groups, which nobody has written for
/// years, are refused. Whatever is wrong is a <see cref="FormatException"/>.
/// </remarks>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = message;
    private ulong _bits;
    private ReadOnlySpan<byte> _bytes;

    /// <summary>Number of the field.</summary>
    public int Field { get; private set; }

    public WireKind Kind { get; private set; }

    /// <summary>Whether the field is this one, encoded so; another encoding of a known field is skipped.</summary>
    public readonly bool Is(int field, WireKind kind) => Field == field && Kind == kind;

    /// <summary>Goes to the next field; false at the end.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty) return false;
        ulong tag = Varint();
        (Field, Kind) = ((int)(uint)(tag >> 3), (WireKind)(tag & 7));
        if (tag is 0 or > uint.MaxValue || Field == 0) throw new FormatException("a field has no valid number.");
        switch (Kind)
        {
            case WireKind.Varint: _bits = Varint(); break;
            case WireKind.Fixed64: _bits = BinaryPrimitives.ReadUInt64LittleEndian(Take(8)); break;
            case WireKind.Fixed32: _bits = BinaryPrimitives.ReadUInt32LittleEndian(Take(4)); break;
            case WireKind.Bytes: _bytes = Take(Varint()); break;
            default: throw new FormatException($"field {Field} is encoded in a way that is not known.");
        }
        return true;
    }

    /// <summary>The varint.</summary>
    public readonly long Whole => (long)_bits;

    public readonly double Double => BitConverter.UInt64BitsToDouble(_bits);

    public readonly float Float => BitConverter.UInt32BitsToSingle((uint)_bits);

    /// <summary>The bytes, or the message within.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _bytes;

    public readonly string Text => Strict.GetString(_bytes);

    private ulong Varint()
    {
        ulong value = 0;
        for (int i = 0; i < 10; i++)
        {
            byte b = Take(1)[0];
            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b < 0x80) return value;
        }
        throw new FormatException("a number has more than ten bytes.");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw new FormatException($"{count} bytes are announced where {_rest.Length} are left.");
        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
