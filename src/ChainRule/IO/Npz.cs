using System.IO.Compression;

namespace ChainRule.IO;

/// <summary>
/// Reads and writes NumPy's archives of named arrays, <c>.npz</c>: a zip file of <see cref="Npy"/> files.
/// </summary>
/// <remarks>
/// No length in an archive is trusted: all its arrays together may unpack to no more than deflate can make of the whole
/// file (1032 times its size), however its entries overlap. Checksums are compared.
/// </remarks>
public static class Npz
{
    // A deflate stream cannot grow by more: 258 bytes from 2 bits.
    private const long MaxDeflateRatio = 1032;

    private const string Suffix = ".npy";

    private static readonly uint[] Table = MakeTable();

    /// <summary>Reads all arrays of an archive.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Arrays by their names, without <c>.npy</c>.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">
    /// The file is no zip file, is damaged or cut short, has a name twice, or an array in it cannot be read (see
    /// <see cref="Npy.Read(string)"/>); names file, array and offset.
    /// </exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        Dictionary<string, Tensor> tensors = [];
        NpyPlace place = new(path, Unpacked: false, Entry: "the archive");
        long left = file.Length * MaxDeflateRatio;
        long offset = 0;
        try
        {
            using ZipArchive archive = new(file, ZipArchiveMode.Read, leaveOpen: true);
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                string name = entry.FullName.EndsWith(Suffix, StringComparison.Ordinal)
                    ? entry.FullName[..^Suffix.Length] : entry.FullName;
                (place, offset) = (new NpyPlace(path, Unpacked: true, name), 0);
                using Stream packed = entry.Open();
                using CountedStream content = new(packed, left);
                Tensor tensor = Npy.Read(content, place, left);
                (left, offset) = (left - content.Count, content.Count);
                if (content.Sum != entry.Crc32)
                    throw place.Wrong(offset, "the checksum is wrong: the archive is damaged.");
                if (!tensors.TryAdd(name, tensor)) throw place.Wrong(0, "the archive holds this name twice.");
            }
        }
        // What the framework's reader throws for zip files that are none.
        catch (Exception e)
            when (e is InvalidDataException or IOException or NotSupportedException or ArgumentException)
        {
            throw place.Wrong(offset, "the zip file is damaged or cut short, or packed in an unknown way.", e);
        }
        return tensors;
    }

    /// <summary>
    /// Writes an archive: first beside it under another name, then, complete and on the disk, in its place.
    /// </summary>
    /// <param name="path">The file; one that is there is replaced, or left whole if writing fails.</param>
    /// <param name="tensors">Arrays with their names.</param>
    /// <param name="compress">Whether to pack them, as <c>numpy.savez_compressed</c> does.</param>
    /// <exception cref="ArgumentException">A name appears twice.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static void Write(string path, IEnumerable<(string Name, Tensor Value)> tensors, bool compress = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        (string Name, Tensor Value)[] all = [.. tensors];
        if (all.GroupBy(t => t.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Npz: the name '{twice.Key}' appears twice.", nameof(tensors));
        AtomicFile.Write(path, file =>
        {
            using ZipArchive archive = new(file, ZipArchiveMode.Create, leaveOpen: true);
            foreach ((string name, Tensor value) in all)
            {
                ZipArchiveEntry entry = archive.CreateEntry(
                    name + Suffix, compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
                // Equal arrays give equal bytes.
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using Stream content = entry.Open();
                Npy.Write(content, value, fortranOrder: false);
            }
        });
    }

    // CRC-32 of ISO 3309, reflected polynomial EDB88320.
    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint c = i;
            for (int bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? (c >> 1) ^ 0xEDB88320 : c >> 1;
            table[i] = c;
        }
        return table;
    }

    /// <summary>Counts and sums what is read, up to a limit at which it ends.</summary>
    private sealed class CountedStream(Stream inner, long most) : Stream
    {
        private uint _sum = uint.MaxValue;

        public long Count { get; private set; }

        public uint Sum => ~_sum;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => Count;
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            int got = inner.Read(buffer[..(int)Math.Min(buffer.Length, most - Count)]);
            foreach (byte b in buffer[..got]) _sum = Table[(byte)_sum ^ b] ^ (_sum >> 8);
            Count += got;
            return got;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
