using System.Buffers.Binary;
using System.IO.Compression;

namespace ChainRule.Data;

/// <summary>
/// Reader of IDX files, the format of MNIST: two zero bytes, a type code, the number of dimensions, each dimension as
/// a 32-bit number, then the elements, all big-endian. Plain and gzip files are told apart by their content.
/// </summary>
/// <remarks>
/// No length in a file is trusted: what a header promises is compared with what is there before memory is taken for
/// it, so a lying header costs no more memory than a few times the file's real content.
/// </remarks>
public static class Idx
{
    private const int MaxDimensions = 8;

    // A deflate stream cannot grow by more: 258 bytes from 2 bits.
    private const long MaxDeflateRatio = 1032;

    /// <summary>Reads an IDX file, plain or gzip.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">
    /// The file is empty, cut short or too long, is not IDX, or promises what cannot be; names file and offset.
    /// </exception>
    public static IdxArray Read(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[2];
        int have = file.ReadAtLeast(start, 2, throwOnEndOfStream: false);
        file.Position = 0;
        if (have < 2 || start[0] != 0x1F || start[1] != 0x8B)
            return Read(file, path, unpacked: false, most: file.Length);
        using var unzip = new GZipStream(file, CompressionMode.Decompress);
        return Read(unzip, path, unpacked: true, most: file.Length * MaxDeflateRatio);
    }

    /// <param name="stream">The content from its first byte on.</param>
    /// <param name="name">The file's name, for errors.</param>
    /// <param name="unpacked">Whether the stream is unpacked from a compressed file.</param>
    /// <param name="most">More bytes than the stream can hold.</param>
    private static IdxArray Read(Stream stream, string name, bool unpacked, long most)
    {
        DataException Wrong(long offset, string problem, Exception? inner = null) =>
            new("IDX", problem, inner) { File = name, Offset = offset, Unpacked = unpacked };

        long position = 0;
        int Fill(Span<byte> into)
        {
            int done = 0;
            try
            {
                for (int got; done < into.Length && (got = stream.Read(into[done..])) > 0; done += got) { }
            }
            catch (InvalidDataException e)
            {
                throw Wrong(position + done, "the gzip stream is damaged or cut short.", e);
            }
            position += done;
            return done;
        }

        Span<byte> head = stackalloc byte[4 * MaxDimensions];
        int have = Fill(head[..4]);
        if (have == 0) throw Wrong(0, "the file is empty; expected the four bytes that an IDX file begins with.");
        if (have < 4) throw Wrong(have, $"the file ends after {have} of the 4 bytes that an IDX file begins with.");
        if (head[0] != 0 || head[1] != 0)
            throw Wrong(0,
                $"this is not an IDX file: it begins with {Hex(head[..4])}, expected 00 00, a type, a rank.");
        var type = (IdxType)head[2];
        if (!Enum.IsDefined(type))
            throw Wrong(2, $"unknown element type 0x{head[2]:X2}; expected 08, 09, 0B, 0C, 0D or 0E.");
        int rank = head[3];
        if (rank is 0 or > MaxDimensions)
            throw Wrong(3, $"{rank} dimensions; expected 1 to {MaxDimensions}.");

        have = Fill(head[..(4 * rank)]);
        if (have < 4 * rank)
            throw Wrong(4 + have, $"the file ends inside its header: {4 + have} of {4 + 4 * rank} bytes are there.");
        var shape = new int[rank];
        long elements = 1;
        for (int i = 0; i < rank; i++)
        {
            shape[i] = BinaryPrimitives.ReadInt32BigEndian(head[(4 * i)..]);
            if (shape[i] < 0)
                throw Wrong(4 + 4 * i, $"dimension {i} is {(uint)shape[i]}; expected at most {int.MaxValue}.");
            elements *= shape[i];
            if (elements > Array.MaxLength / IdxArray.SizeOf(type))
                throw Wrong(4 + 4 * i, $"the header promises [{string.Join(", ", shape[..(i + 1)])}"
                    + $"{(i + 1 < rank ? ", ..." : "")}] of {type}, "
                    + $"more than one array can hold ({Array.MaxLength} bytes).");
        }
        int promised = (int)elements * IdxArray.SizeOf(type);
        string what = $"the header promises [{string.Join(", ", shape)}] of {type}, {promised} bytes,";
        if (promised > most - position)
            throw unpacked
                ? Wrong(position, $"{what} more than the whole file can unpack to ({most}).")
                : Wrong(most, $"{what} but only {most - position} follow it: the file is cut short.");

        // Memory grows with what has really been read, at most doubling; a plain file's length is known.
        var bytes = new byte[unpacked ? Math.Min(promised, 1 << 20) : promised];
        for (int done = 0; done < promised;)
        {
            if (done == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(promised, 2L * bytes.Length));
            int got = Fill(bytes.AsSpan(done));
            done += got;
            if (done < bytes.Length) throw Wrong(position, $"{what} but only {done} follow it: the file is cut short.");
        }
        if (Fill(head[..1]) != 0)
            throw Wrong(position - 1, $"{what} but more follow: the file is longer than its header says.");
        return new IdxArray(type, shape, bytes);
    }

    private static string Hex(ReadOnlySpan<byte> bytes)
    {
        string hex = Convert.ToHexString(bytes);
        return $"{hex[..2]} {hex[2..4]} {hex[4..6]} {hex[6..]}";
    }
}
