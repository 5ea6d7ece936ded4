using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ChainRule.Formats;

/// <summary>
/// A message being encoded in the wire format of Protocol Buffers: fields by their numbers in TensorFlow's event.proto,
/// summary.proto, graph.proto and tensor.proto.
/// </summary>
internal sealed class EventMessage
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    internal ReadOnlySpan<byte> Encoded => _bytes.WrittenSpan;

    internal EventMessage Double(int field, double value)
    {
        Tag(field, WireKind.Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(Room(8), value);
        return this;
    }

    internal EventMessage Float(int field, float value)
    {
        Tag(field, WireKind.Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(Room(4), value);
        return this;
    }

    internal EventMessage Whole(int field, long value)
    {
        Tag(field, WireKind.Varint);
        Varint((ulong)value);
        return this;
    }

    internal EventMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    internal EventMessage Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, WireKind.Bytes);
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    internal EventMessage Doubles(int field, ReadOnlySpan<double> values)
    {
        Tag(field, WireKind.Bytes);
        Varint(8 * (ulong)values.Length);
        foreach (double value in values) BinaryPrimitives.WriteDoubleLittleEndian(Room(8), value);
        return this;
    }

    /// <summary>A message within this one.</summary>
    internal EventMessage Part(int field, Action<EventMessage> write)
    {
        EventMessage part = new();
        write(part);
        return Bytes(field, part.Encoded);
    }

    private void Tag(int field, WireKind kind) => Varint(((ulong)field << 3) | (uint)kind);

    // Seven bits a byte, the lowest first; the highest bit says that more follow.
    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Room(1)[0] = (byte)(value | 0x80);
        Room(1)[0] = (byte)value;
    }

    private Span<byte> Room(int count)
    {
        Span<byte> room = _bytes.GetSpan(count);
        _bytes.Advance(count);
        return room;
    }
}
