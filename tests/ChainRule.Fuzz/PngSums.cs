using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ChainRule.Fuzz;

/// <summary>PNG files of kinds that our writer does not make, and their checksums.</summary>
internal static class PngSums
{
    private const int Signature = 8;

    /// <summary>A file of image data that is given with the filters' numbers.</summary>
    public static byte[] File(
        int width, int height, byte depth, byte colour, bool interlaced, byte[]? palette, byte[] data)
    {
        byte[] header = [0, 0, 0, (byte)width, 0, 0, 0, (byte)height, depth, colour, 0, 0, (byte)(interlaced ? 1 : 0)];
        using MemoryStream packed = new();
        using (ZLibStream zip = new(packed, CompressionLevel.Optimal, leaveOpen: true)) zip.Write(data);
        byte[] file =
        [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A,
            .. Chunk("IHDR", header), .. palette is null ? [] : Chunk("PLTE", palette),
            .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", []),
        ];
        Repair(file);
        return file;
    }

    /// <summary>Sets the checksum of every chunk that is whole.</summary>
    public static void Repair(byte[] file)
    {
        for (int at = Signature; file.Length - at >= 12;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12) return;
            int end = at + 8 + (int)length;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(end), Sum(file.AsSpan((at + 4)..end)));
            at = end + 4;
        }
    }

    private static byte[] Chunk(string type, byte[] data) =>
        [0, 0, 0, (byte)data.Length, .. Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];

    // CRC-32, bit by bit: not the readers' own.
    internal static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte b in bytes)
        {
            sum ^= b;
            for (int bit = 0; bit < 8; bit++) sum = (sum & 1) != 0 ? (sum >> 1) ^ 0xEDB88320 : sum >> 1;
        }
        return ~sum;
    }
}
