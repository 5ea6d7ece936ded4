using System.Text;

namespace ChainRule.IO;

/// <summary>Reads and writes NumPy's files of one array, <c>.npy</c>.</summary>
/// <remarks>
/// Format: the bytes 93 "NUMPY", a version, the header's length, the header (a Python literal of element type, order
/// and shape), the numbers. Reads versions 1 to 3, row-major (C) and column-major (Fortran) order, little-endian
/// Float32, Float64, Int64, Int32, UInt8 and Bool. Source: NumPy Enhancement Proposal 1 (Kern 2007).
/// <code>
/// Tensor x = Npy.Read("x.npy");                        // numpy.save("x.npy", x)
/// Npy.Write("y.npy", x.Relu());                        // numpy.load("y.npy")
/// </code>
/// </remarks>
public static class Npy
{
    // The most that one call hands to the file.
    private const int Chunk = 1 << 24;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns><c>[...]</c> the array's shape and type; row-major whatever the file's order.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">
    /// The file is cut short or too long, its header is not what the format wants or promises what is not there, its
    /// element type is none of the six, or a Bool is neither 0 nor 1; names file and offset.
    /// </exception>
    public static Tensor Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Read(file, new NpyPlace(path, Unpacked: false), file.Length);
    }

    /// <summary>
    /// Writes a file: first beside it under another name, then, complete and on the disk, in its place.
    /// </summary>
    /// <param name="path">The file; one that is there is replaced, or left whole if writing fails.</param>
    /// <param name="tensor"><c>[...]</c> the array.</param>
    /// <param name="fortranOrder">Whether the first index runs fastest in the file.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static void Write(string path, Tensor tensor, bool fortranOrder = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensor);
        AtomicFile.Write(path, file => Write(file, tensor, fortranOrder));
    }

    /// <summary>Reads an array from a stream's place on to its end.</summary>
    /// <param name="stream">The content.</param>
    /// <param name="place">Names it in errors.</param>
    /// <param name="most">No more bytes than these can come.</param>
    internal static Tensor Read(Stream stream, NpyPlace place, long most)
    {
        NpyHeader header = NpyHeader.Read(stream, place, most);
        int[] dims = [.. header.Shape];
        if (header.FortranOrder) Array.Reverse(dims);
        Tensor tensor = Tensor.EmptyKept(dims, header.DType);
        Fill(stream, tensor, header, place);
        if (stream.ReadByte() >= 0)
        {
            throw place.Wrong(header.Start + header.Bytes,
                $"{header.Promise} but more follow: the file is longer than its header says.");
        }
        return header.FortranOrder && tensor.Rank > 1 ? Reversed(tensor).Keep() : tensor;
    }

    internal static unsafe void Write(Stream stream, Tensor tensor, bool fortranOrder)
    {
        stream.Write(Encoding.Latin1.GetBytes(NpyHeader.Make(tensor, fortranOrder)));
        Tensor ordered = fortranOrder && tensor.Rank > 1 ? Reversed(tensor.Detach()) : tensor;
        Tensor dense = ordered.IsContiguous ? ordered : ordered.Keep();
        long bytes = (long)dense.Count * dense.DType.Size();
        for (long done = 0; done < bytes; done += Chunk)
            stream.Write(new ReadOnlySpan<byte>(dense.Pointer + done, (int)Math.Min(Chunk, bytes - done)));
        GC.KeepAlive(dense);
    }

    private static Tensor Reversed(Tensor tensor) =>
        tensor.Permute([.. Enumerable.Range(0, tensor.Rank).Reverse()]);

    private static unsafe void Fill(Stream stream, Tensor tensor, NpyHeader header, NpyPlace place)
    {
        for (long done = 0; done < header.Bytes;)
        {
            Span<byte> part = new(tensor.Pointer + done, (int)Math.Min(Chunk, header.Bytes - done));
            int got = stream.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
            if (got < part.Length)
            {
                throw place.Wrong(header.Start + done + got,
                    $"{header.Promise} but only {done + got} follow it: the file is cut short.");
            }
            if (header.DType == DType.Bool && part.IndexOfAnyExceptInRange((byte)0, (byte)1) is >= 0 and int bad)
                throw place.Wrong(header.Start + done + bad, $"a bool is {part[bad]}; expected 0 or 1.");
            done += got;
        }
        GC.KeepAlive(tensor);
    }
}

/// <summary>What is being read, for errors.</summary>
/// <param name="File">The file.</param>
/// <param name="Unpacked">Whether offsets count bytes of an array inside an archive.</param>
/// <param name="Entry">Name of that array.</param>
internal sealed record NpyPlace(string File, bool Unpacked, string? Entry = null)
{
    public DataException Wrong(long offset, string problem, Exception? inner = null) =>
        new(Entry is null ? "NPY" : "NPZ", Entry is null ? problem : $"'{Entry}': {problem}", inner)
        {
            File = File,
            Offset = offset,
            Unpacked = Unpacked,
        };
}
