using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ChainRule.Tests.Formats;

/// <summary>
/// A second, plain writer of PNG files for tests: any colour type, depth, filter and interlacing, number by number
/// from a function of the point.
/// </summary>
internal static class PngBytes
{
    internal static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    internal static byte[] Chunk(string type, params byte[] data)
    {
        var bytes = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, data.Length);
        Encoding.ASCII.GetBytes(type, bytes.AsSpan(4));
        data.CopyTo(bytes, 8);
        uint crc = uint.MaxValue;
        foreach (byte b in bytes.AsSpan(4, 4 + data.Length))
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8 + data.Length), ~crc);
        return bytes;
    }

    internal static byte[] Header(uint width, uint height, int depth, int colour, bool interlaced = false)
    {
        var data = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(data, width);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(4), height);
        (data[8], data[9], data[12]) = ((byte)depth, (byte)colour, (byte)(interlaced ? 1 : 0));
        return Chunk("IHDR", data);
    }

    internal static byte[] Zip(byte[] raw)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) zip.Write(raw);
        return packed.ToArray();
    }

    internal static int SamplesOf(int colour) => colour switch { 0 or 3 => 1, 4 => 2, 2 => 3, _ => 4 };

    /// <summary>
    /// The image data before packing. Row r uses filter (firstFilter + r) mod 5, or none when that is negative.
    /// </summary>
    internal static byte[] Raw(
        int width, int height, int depth, int colour, bool interlaced, int firstFilter, Func<int, int, int, int> sample)
    {
        int samples = SamplesOf(colour), step = Math.Max(1, samples * depth / 8);
        var raw = new List<byte>();
        int[][] passes = interlaced
            ? [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]]
            : [[0, 0, 1, 1]];
        foreach (int[] pass in passes)
        {
            byte[]? above = null;
            for (int y = pass[1], r = 0; y < height && pass[0] < width; y += pass[3], r++)
            {
                var bits = new List<bool>();
                for (int x = pass[0]; x < width; x += pass[2])
                    for (int s = 0; s < samples; s++)
                        for (int bit = depth - 1; bit >= 0; bit--)
                            bits.Add((sample(x, y, s) >> bit & 1) != 0);
                var row = new byte[(bits.Count + 7) / 8];
                for (int i = 0; i < bits.Count; i++)
                    if (bits[i]) row[i / 8] |= (byte)(0x80 >> i % 8);
                int filter = firstFilter < 0 ? 0 : (firstFilter + r) % 5;
                raw.Add((byte)filter);
                for (int i = 0; i < row.Length; i++)
                {
                    int a = i >= step ? row[i - step] : 0, b = above?[i] ?? 0;
                    int c = i >= step ? above?[i - step] ?? 0 : 0;
                    int p = a + b - c, pa = Math.Abs(p - a), pb = Math.Abs(p - b), pc = Math.Abs(p - c);
                    int paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
                    raw.Add((byte)(row[i] - filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => paeth }));
                }
                above = row;
            }
        }
        return [.. raw];
    }

    internal static byte[] File(params byte[][] chunks) => [.. Signature, .. chunks.SelectMany(c => c)];

    internal static byte[] File(int width, int height, int depth, int colour, bool interlaced, int firstFilter,
        Func<int, int, int, int> sample, params byte[][] before) => File([
            Header((uint)width, (uint)height, depth, colour, interlaced), .. before,
            Chunk("IDAT", Zip(Raw(width, height, depth, colour, interlaced, firstFilter, sample))), Chunk("IEND")]);
}
