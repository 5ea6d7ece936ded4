namespace ChainRule.IO;

/// <summary>Reads and writes safetensors files: named tensors after a JSON header.</summary>
/// <remarks>
/// Format: eight bytes with the header's length, little-endian; the header; the numbers, little-endian, row-major,
/// without holes. Written files are a function of their content alone: larger element types first, then keys by code
/// points, header padded to eight bytes. Reads and writes Float32, Float64, Int64, Int32, UInt8 and Bool. Source: the
/// format's description, huggingface/safetensors (2022).
/// </remarks>
public static class SafeTensors
{
    private const string NotWhole = "the file is cut short or not safetensors.";

    // The most that one call hands to the file.
    private const int Chunk = 1 << 24;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its tensors and its metadata.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointException">
    /// The file is cut short or too long, its header is not what the format wants or promises what is not there, an
    /// element type is none of the six, or a Bool is neither 0 nor 1; names file and offset.
    /// </exception>
    public static SafeTensorsContent Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Read(file, path);
    }

    /// <summary>
    /// Writes a file: first beside it under another name, then, complete and on the disk, in its place.
    /// </summary>
    /// <param name="path">The file; one that is there is replaced, or left whole if writing fails.</param>
    /// <param name="tensors">Tensors with their keys; the order does not matter.</param>
    /// <param name="metadata">Texts to be kept with them.</param>
    /// <exception cref="ArgumentException">A key appears twice, or is the reserved "__metadata__".</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static void Write(
        string path, IEnumerable<(string Key, Tensor Value)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        AtomicFile.Write(path, file => Write(file, tensors, metadata));
    }

    /// <summary>Reads a whole stream that can seek.</summary>
    /// <param name="stream">Content, from its beginning.</param>
    /// <param name="name">Name for errors; null for none.</param>
    internal static SafeTensorsContent Read(Stream stream, string? name)
    {
        long length = stream.Length;
        Span<byte> head = stackalloc byte[8];
        int have = stream.ReadAtLeast(head, 8, throwOnEndOfStream: false);
        if (have < 8)
        {
            throw Wrong(
                name, have,
                $"the file ends after {have} of the 8 bytes that hold the header's length; {NotWhole}");
        }
        ulong promised = BitConverter.ToUInt64(head);
        if (promised > (ulong)(length - 8))
        {
            throw Wrong(
                name, 0, $"the header should take {promised} bytes, but only {length - 8} follow; {NotWhole}");
        }
        if (promised > SafeTensorsHeader.MaxLength)
        {
            throw Wrong(
                name, 0, $"the header should take {promised} bytes; the format allows {SafeTensorsHeader.MaxLength}.");
        }
        byte[] json = new byte[(int)promised];
        stream.ReadExactly(json);
        SafeTensorsHeader header = SafeTensorsHeader.Parse(json, length - 8 - json.Length, name);

        Dictionary<string, Tensor> tensors = [];
        foreach (SafeTensorsEntry entry in header.Entries)
        {
            Tensor tensor = Tensor.EmptyKept(entry.Shape, entry.DType);
            stream.Position = 8 + json.Length + entry.Begin;
            Fill(stream, tensor, entry, name);
            tensors.Add(entry.Key, tensor);
        }
        return new SafeTensorsContent(tensors, header.Metadata);
    }

    internal static void Write(
        Stream stream, IEnumerable<(string Key, Tensor Value)> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        (string Key, Tensor Value)[] ordered =
        [
            .. tensors.OrderByDescending(t => t.Value.DType.Size()).ThenBy(t => t.Key, StringComparer.Ordinal),
        ];
        byte[] header = SafeTensorsHeader.Make(ordered, metadata);
        stream.Write(BitConverter.GetBytes((long)header.Length));
        stream.Write(header);
        foreach ((_, Tensor value) in ordered) Drain(stream, value);
    }

    internal static CheckpointException Wrong(string? file, long offset, string problem, Exception? inner = null) =>
        new("SafeTensors", problem, inner) { File = file, Offset = offset };

    private static unsafe void Fill(Stream stream, Tensor tensor, SafeTensorsEntry entry, string? name)
    {
        long bytes = (long)tensor.Count * tensor.DType.Size();
        long start = stream.Position;
        for (long done = 0; done < bytes;)
        {
            Span<byte> part = new(tensor.Pointer + done, (int)Math.Min(Chunk, bytes - done));
            try
            {
                stream.ReadExactly(part);
            }
            catch (EndOfStreamException e)
            {
                throw Wrong(
                    name, start + done, $"the file ended inside '{entry.Key}'; something else is writing to it.", e);
            }
            if (tensor.DType == DType.Bool && part.IndexOfAnyExceptInRange((byte)0, (byte)1) is >= 0 and int bad)
                throw Wrong(name, start + done + bad, $"'{entry.Key}' is BOOL and holds {part[bad]}; expected 0 or 1.");
            done += part.Length;
        }
        GC.KeepAlive(tensor);
    }

    private static unsafe void Drain(Stream stream, Tensor tensor)
    {
        Tensor dense = tensor.IsContiguous ? tensor : tensor.Keep();
        long bytes = (long)dense.Count * dense.DType.Size();
        for (long done = 0; done < bytes; done += Chunk)
            stream.Write(new ReadOnlySpan<byte>(dense.Pointer + done, (int)Math.Min(Chunk, bytes - done)));
        GC.KeepAlive(dense);
    }
}

/// <summary>What a safetensors file holds.</summary>
/// <param name="Tensors">Tensors by key.</param>
/// <param name="Metadata">Texts by key; empty where the file has none.</param>
public sealed record SafeTensorsContent(
    IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata);
