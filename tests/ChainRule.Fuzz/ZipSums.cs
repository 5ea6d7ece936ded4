using System.Buffers.Binary;

namespace ChainRule.Fuzz;

/// <summary>Checksums of zip archives.</summary>
internal static class ZipSums
{
    // In the entry of the central directory: sum, packed length, lengths of its texts, and the place of the content.
    private const int EntrySize = 46, SumAt = 16, PackedAt = 20, NameAt = 28, ContentAt = 42, LocalSize = 30;

    private static ReadOnlySpan<byte> EntryMark => [0x50, 0x4B, 1, 2];

    /// <summary>Sets the checksum of every entry that is stored, not packed.</summary>
    public static void Repair(byte[] file)
    {
        for (int at = 0; at + EntrySize <= file.Length; at++)
        {
            Span<byte> entry = file.AsSpan(at, EntrySize);
            if (!entry.StartsWith(EntryMark) || entry[10] != 0) continue;
            long begin = BinaryPrimitives.ReadUInt32LittleEndian(entry[ContentAt..]) + LocalSize
                + BinaryPrimitives.ReadUInt16LittleEndian(entry[NameAt..]);
            long end = begin + BinaryPrimitives.ReadUInt32LittleEndian(entry[PackedAt..]);
            if (end > file.Length) continue;
            uint sum = PngSums.Sum(file.AsSpan((int)begin..(int)end));
            BinaryPrimitives.WriteUInt32LittleEndian(entry[SumAt..], sum);
        }
    }
}
