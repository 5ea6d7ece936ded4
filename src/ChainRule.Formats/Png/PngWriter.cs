using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ChainRule.Formats;

/// <summary>Writes a picture as PNG: 8 bits per number, not interlaced, one chunk of image data.</summary>
internal static class PngWriter
{
    internal static byte[] Encode(PngImage image)
    {
        using var file = new MemoryStream();
        file.Write(PngReader.Signature);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Height);
        header[8] = 8;
        header[9] = image.Channels switch { 1 => 0, 2 => 4, 3 => 2, _ => 6 };
        WriteChunk(file, "IHDR", header);
        WriteChunk(file, "IDAT", Compress(image));
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    private static byte[] Compress(PngImage image)
    {
        int width = image.Width * image.Channels;
        var best = new byte[width];
        var errors = new byte[width];
        using var packed = new MemoryStream();
        using (var zip = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int y = 0; y < image.Height; y++)
            {
                var row = image.Pixels.AsSpan(y * width, width);
                var above = y > 0 ? image.Pixels.AsSpan((y - 1) * width, width) : default;
                // The filter whose errors are smallest in sum: the specification's rule of thumb (section 12.7).
                int chosen = 0;
                long least = long.MaxValue;
                for (int filter = 0; filter < PngFilter.Count; filter++)
                {
                    PngFilter.Apply(filter, row, above, image.Channels, errors);
                    long sum = 0;
                    foreach (byte error in errors) sum += Math.Abs((int)(sbyte)error);
                    if (sum >= least) continue;
                    (least, chosen) = (sum, filter);
                    (best, errors) = (errors, best);
                }
                zip.WriteByte((byte)chosen);
                zip.Write(best);
            }
        }
        return packed.ToArray();
    }

    private static void WriteChunk(MemoryStream file, string type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, PngChecksum.Of(body));
        file.Write(number);
    }
}
