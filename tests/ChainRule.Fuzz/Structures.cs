using System.Buffers.Binary;
using System.IO.Compression;

namespace ChainRule.Fuzz;

/// <summary>How kinds of files are put together; written for this program, so that no reader checks itself.</summary>
internal static class Structures
{
    private const int PngSignature = 8;

    /// <summary>One packed content.</summary>
    public static FileStructure Gzip { get; } = new(
        file => [Unpack(new GZipStream(Of(file), CompressionMode.Decompress))],
        parts => Pack(parts[0], to => new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true)));

    /// <summary>A length of 8 bytes, a text of that length, the rest: safetensors.</summary>
    public static FileStructure LengthAndText { get; } = new(
        file =>
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
            return [file[8..(8 + length)], file[(8 + length)..]];
        },
        parts => [.. BitConverter.GetBytes((long)parts[0].Length), .. parts.SelectMany(p => p)]);

    /// <summary>A mark, a length of 2 bytes, a text of that length, the rest: NPY.</summary>
    public static FileStructure Npy { get; } = new(
        file =>
        {
            int end = 10 + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
            return [file[..8], file[10..end], file[end..]];
        },
        parts => parts.Length < 2 ? parts[0]
            : [.. parts[0], .. BitConverter.GetBytes((ushort)parts[1].Length), .. parts[1..].SelectMany(p => p)]);

    /// <summary>The entries of a zip archive, packed and not.</summary>
    public static FileStructure Zip { get; } = new(
        file =>
        {
            using ZipArchive archive = new(Of(file));
            return [.. archive.Entries.Select(e => Unpack(e.Open()))];
        },
        parts =>
        {
            using MemoryStream file = new();
            using (ZipArchive archive = new(file, ZipArchiveMode.Create, leaveOpen: true))
            {
                for (int i = 0; i < parts.Length; i++)
                {
                    using Stream to = archive.CreateEntry(
                        $"{(char)('a' + i)}.npy", (CompressionLevel)(i % 3)).Open();
                    to.Write(parts[i]);
                }
            }
            return file.ToArray();
        });

    /// <summary>
    /// The segments of a JPEG file, each its marker and its content; image data stand by themselves behind a zero.
    /// </summary>
    public static FileStructure Jpeg { get; } = new(
        file =>
        {
            List<byte[]> parts = [];
            for (int at = 2; at < file.Length;)
            {
                byte marker = file[at + 1];
                if (marker == 0xD9) break;
                int end = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
                parts.Add([marker, .. file[(at + 4)..end]]);
                at = end;
                if (marker != 0xDA) continue;
                while (file[at] != 0xFF || file[at + 1] is 0 or (>= 0xD0 and <= 0xD7)) at++;
                parts.Add([0, .. file[end..at]]);
            }
            return [.. parts];
        },
        parts =>
        [
            0xFF, 0xD8, .. parts.Where(p => p.Length > 0).SelectMany(p => p[0] == 0 ? p[1..]
                : [0xFF, p[0], (byte)((p.Length + 1) >> 8), (byte)(p.Length + 1), .. p[1..]]), 0xFF, 0xD9,
        ]);

    /// <summary>The records of an event file: length, its sum, content, its sum.</summary>
    public static FileStructure Records { get; } = new(
        file =>
        {
            List<byte[]> parts = [];
            for (int at = 0; at < file.Length;)
            {
                int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
                parts.Add(file[(at + 12)..(at + 12 + length)]);
                at += length + 16;
            }
            return [.. parts];
        },
        parts =>
        [
            .. parts.SelectMany(p => (byte[])
            [
                .. BitConverter.GetBytes((long)p.Length), .. Masked(BitConverter.GetBytes((long)p.Length)), .. p,
                .. Masked(p),
            ]),
        ]);

    /// <summary>The chunks of a PNG file, each a type and its content; that of IDAT is unpacked.</summary>
    public static FileStructure Png { get; } = new(
        file =>
        {
            List<byte[]> parts = [];
            for (int at = PngSignature; at < file.Length;)
            {
                int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
                byte[] type = file[(at + 4)..(at + 8)], data = file[(at + 8)..(at + 8 + length)];
                parts.Add([.. type, .. type.AsSpan().SequenceEqual("IDAT"u8)
                    ? Unpack(new ZLibStream(Of(data), CompressionMode.Decompress)) : data]);
                at += length + 12;
            }
            return [.. parts];
        },
        parts => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. parts.SelectMany(PngChunk)]);

    /// <summary>A PNG file of image data that is given with the filters' numbers.</summary>
    public static byte[] PngFile(
        int width, int height, byte depth, byte colour, bool interlaced, byte[]? palette, byte[] data) => Png.Close(
        [
            [.. "IHDR"u8, 0, 0, 0, (byte)width, 0, 0, 0, (byte)height, depth, colour, 0, 0, (byte)(interlaced ? 1 : 0)],
            .. palette is null ? [] : new byte[][] { [.. "PLTE"u8, .. palette] }, [.. "IDAT"u8, .. data], [.. "IEND"u8],
        ]);

    private static byte[] PngChunk(byte[] part)
    {
        byte[] whole = part.Length < 4 ? [.. part, .. "abcd"u8] : part;
        if (whole.AsSpan().StartsWith("IDAT"u8))
        {
            whole = [.. whole[..4],
                .. Pack(whole[4..], to => new ZLibStream(to, CompressionLevel.Fastest, leaveOpen: true))];
        }
        byte[] chunk = [0, 0, 0, 0, .. whole, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, whole.Length - 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32(whole));
        return chunk;
    }

    private static byte[] Masked(byte[] content)
    {
        uint sum = Crc32(content, 0x82F63B78);
        return BitConverter.GetBytes(((sum >> 15) | (sum << 17)) + 0xA282EAD8);
    }

    // Bit by bit: not the readers' own.
    private static uint Crc32(ReadOnlySpan<byte> bytes, uint polynomial = 0xEDB88320)
    {
        uint sum = uint.MaxValue;
        foreach (byte b in bytes)
        {
            sum ^= b;
            for (int bit = 0; bit < 8; bit++) sum = (sum & 1) != 0 ? (sum >> 1) ^ polynomial : sum >> 1;
        }
        return ~sum;
    }

    private static MemoryStream Of(byte[] content) => new(content, writable: false);

    private static byte[] Unpack(Stream packed)
    {
        using MemoryStream content = new();
        using (packed) packed.CopyTo(content);
        return content.ToArray();
    }

    private static byte[] Pack(byte[] content, Func<Stream, Stream> packer)
    {
        using MemoryStream packed = new();
        using (Stream to = packer(packed)) to.Write(content);
        return packed.ToArray();
    }
}
