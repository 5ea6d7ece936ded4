using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ChainRule.Formats;

/// <summary>
/// Records of TensorFlow's files: length (8 bytes), its checksum (4), content, its checksum (4), little-endian. A
/// checksum is CRC-32C (polynomial 1EDC6F41), turned by 15 bits and moved by a constant.
/// </summary>
internal static class RecordFile
{
    /// <summary>Bytes of a record besides its content.</summary>
    internal const int Overhead = 16;

    internal static void Write(Stream file, ReadOnlySpan<byte> content)
    {
        Span<byte> head = stackalloc byte[12], tail = stackalloc byte[4];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Checksum(head[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Checksum(content));
        file.Write(head);
        file.Write(content);
        file.Write(tail);
    }

    /// <summary>The next record's content; null at the end of the file.</summary>
    /// <param name="file">A file at the start of a record.</param>
    /// <param name="name">Its name, for errors.</param>
    /// <param name="growing">The file may end within a record that somebody is writing.</param>
    internal static byte[]? Read(Stream file, string name, bool growing)
    {
        long start = file.Position, left = file.Length - start;
        if (left == 0 || (growing && left < Overhead)) return null;
        if (left < Overhead) throw Damaged(name, start, $"{left} bytes are left; a record has {Overhead} or more.");
        Span<byte> head = stackalloc byte[12], tail = stackalloc byte[4];
        file.ReadExactly(head);
        if (Checksum(head[..8]) != BinaryPrimitives.ReadUInt32LittleEndian(head[8..]))
            throw Damaged(name, start, "the length's checksum is wrong.");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(head);
        if (length > (ulong)(left - Overhead) || length > (ulong)Array.MaxLength)
        {
            if (growing) return null;
            throw Damaged(name, start, $"a record of {length} bytes; the file has {left - Overhead} for it.");
        }
        byte[] content = new byte[length];
        file.ReadExactly(content);
        file.ReadExactly(tail);
        if (Checksum(content) != BinaryPrimitives.ReadUInt32LittleEndian(tail))
            throw Damaged(name, start, "the content's checksum is wrong.");
        return content;
    }

    internal static DataException Damaged(string name, long offset, string problem) =>
        new("events", problem) { File = name, Offset = offset };

    internal static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words) crc = BitOperations.Crc32C(crc, word);
        foreach (byte b in bytes[(8 * words.Length)..]) crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }
}
