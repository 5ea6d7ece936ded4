using System.Buffers.Binary;
using System.IO.Compression;

namespace ChainRule.Data;

/// <summary>All bytes of a file, plain or packed by gzip; which of them it is, its first bytes say.</summary>
/// <remarks>
/// Memory grows with what has really been read, at most doubling. A packed file that was cut short is refused, which
/// the framework's reader takes for a shorter one.
/// </remarks>
public static class FileContent
{
    private const int Part = 1 << 16;

    // One member of a gzip file: the mark and the method; its last four bytes are its length.
    private static ReadOnlySpan<byte> Mark => [0x1F, 0x8B, 8];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="subject">What is read, for errors: <c>CSV</c>.</param>
    /// <param name="most">The most bytes that may come, unpacked.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">The file is longer, or its packed content is damaged or cut short.</exception>
    public static byte[] Read(string path, string subject, int most = int.MaxValue)
    {
        most = Math.Min(most, Array.MaxLength);
        using FileStream file = File.OpenRead(path);
        int done = 0;
        byte[] content = Drain(file, file.CanSeek ? file.Length : 0);
        if (!content.AsSpan().StartsWith(Mark)) return content;

        using GZipStream unzip = new(new MemoryStream(content, writable: false), CompressionMode.Decompress);
        done = 0;
        byte[] plain;
        try
        {
            plain = Drain(unzip, 0);
        }
        catch (InvalidDataException e)
        {
            throw Wrong("the gzip stream is damaged.", unpacked: true, e);
        }
        uint length = content.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan()[^4..]);
        // Files that were packed one by one and put together end with the length of the last.
        bool several = length < plain.Length && content.AsSpan(1).IndexOf(Mark) >= 0;
        return length == (uint)plain.Length || several ? plain
            : throw Wrong("the gzip stream is cut short.", unpacked: true);

        byte[] Drain(Stream stream, long expected)
        {
            if (expected > most) throw TooLong(unpacked: false);
            var bytes = new byte[expected];
            while (true)
            {
                if (done == bytes.Length)
                {
                    int next = stream.ReadByte();
                    if (next < 0) return bytes;
                    if (done == most) throw TooLong(unpacked: stream is GZipStream);
                    Array.Resize(ref bytes, (int)Math.Min(most, Math.Max(2L * done, Part)));
                    bytes[done++] = (byte)next;
                }
                int got = stream.Read(bytes, done, bytes.Length - done);
                done += got;
                if (got > 0) continue;
                Array.Resize(ref bytes, done);
                return bytes;
            }
        }

        DataException TooLong(bool unpacked)
        {
            done = most;
            return Wrong($"the {(unpacked ? "unpacked content" : "file")} has more than {most} bytes.", unpacked);
        }

        DataException Wrong(string problem, bool unpacked, Exception? inner = null) =>
            new(subject, problem, inner) { File = path, Offset = done, Unpacked = unpacked };
    }
}
