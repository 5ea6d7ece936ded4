using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ChainRule.Formats;

/// <summary>
/// Decodes one PNG file. Every length is compared with what is there before memory is taken for it: the picture's
/// memory is taken only when its image data has been unpacked in full.
/// </summary>
internal sealed class PngReader(byte[] content, string? name)
{
    internal static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    // A deflate stream cannot grow by more: 258 bytes from 2 bits.
    private const long MaxDeflateRatio = 1032;

    // Adam7: first column, first row, column step and row step of the seven passes.
    private static ReadOnlySpan<byte> Passes =>
        [0, 0, 8, 8, 4, 0, 8, 8, 0, 4, 4, 8, 2, 0, 4, 4, 0, 2, 2, 4, 1, 0, 2, 2, 0, 1, 1, 2];

    private int _width, _height, _depth;
    private ColourType _colour;
    private bool _interlaced;
    private byte[]? _palette, _transparency;
    private readonly List<ArraySegment<byte>> _data = [];

    private enum ColourType : byte
    {
        Grey = 0,
        Rgb = 2,
        Palette = 3,
        GreyAlpha = 4,
        Rgba = 6,
    }

    private int SamplesPerPoint => _colour switch
    {
        ColourType.Grey or ColourType.Palette => 1,
        ColourType.GreyAlpha => 2,
        ColourType.Rgb => 3,
        _ => 4,
    };

    private int BitsPerPoint => SamplesPerPoint * _depth;

    internal PngImage Read()
    {
        if (content.Length == 0) throw Wrong(0, "the file is empty.");
        if (content.Length < Signature.Length || !content.AsSpan(0, Signature.Length).SequenceEqual(Signature))
        {
            string begin = string.Join(' ', content.Take(Signature.Length).Select(b => $"{b:X2}"));
            throw Wrong(0, $"this is not a PNG file: it begins with {begin}, expected 89 50 4E 47 0D 0A 1A 0A.");
        }
        ReadChunks();
        return Expand(Unpack());
    }

    private void ReadChunks()
    {
        bool dataEnded = false;
        for (int at = Signature.Length; ;)
        {
            if (content.Length - at < 8)
                throw Wrong(content.Length, "the file is cut short: it ends before its IEND chunk.");
            uint length = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(at));
            string type = Encoding.Latin1.GetString(content, at + 4, 4);
            if (!type.All(char.IsAsciiLetter)) throw Wrong(at + 4, "a chunk's type is not made of four letters.");
            if (length > content.Length - at - 12L)
                throw Wrong(at, $"chunk {type} says it has {length} bytes; {Math.Max(0, content.Length - at - 12)} "
                    + "are left in the file: it is cut short or damaged.");
            int size = (int)length, start = at + 8;
            uint stored = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(start + size));
            uint actual = PngChecksum.Of(content.AsSpan(at + 4, size + 4));
            if (stored != actual)
                throw Wrong(at, $"chunk {type} is damaged: its checksum is {actual:X8}, the file says {stored:X8}.");
            if ((_width == 0) != (type == "IHDR"))
                throw Wrong(at, $"chunk {type} where IHDR is expected first and once.");

            var chunk = content.AsSpan(start, size);
            if (type != "IDAT" && _data.Count > 0) dataEnded = true;
            switch (type)
            {
                case "IHDR":
                    ReadHeader(chunk, start);
                    break;
                case "PLTE":
                    if (size == 0 || size % 3 != 0 || size > 768)
                        throw Wrong(at, $"a palette of {size} bytes; expected 3 for each of 1 to 256 colours.");
                    _palette = chunk.ToArray();
                    break;
                case "tRNS":
                    _transparency = chunk.ToArray();
                    if (_transparency.Length < TransparencyLength)
                        throw Wrong(at, $"chunk tRNS has {size} bytes; expected {TransparencyLength}.");
                    break;
                case "IDAT":
                    if (dataEnded) throw Wrong(at, "chunk IDAT after other chunks have ended the image data.");
                    _data.Add(new ArraySegment<byte>(content, start, size));
                    break;
                case "IEND":
                    if (_data.Count == 0) throw Wrong(at, "there is no image data (no IDAT chunk).");
                    if (_colour == ColourType.Palette && _palette is null)
                        throw Wrong(at, "there is no palette (no PLTE chunk).");
                    return;
                default:
                    // An upper-case first letter marks a chunk without which the picture cannot be understood.
                    if (char.IsAsciiLetterUpper(type[0])) throw Wrong(at, $"unknown critical chunk {type}.");
                    break;
            }
            at = start + size + 4;
        }
    }

    private int TransparencyLength => _colour switch { ColourType.Grey => 2, ColourType.Rgb => 6, _ => 0 };

    private void ReadHeader(ReadOnlySpan<byte> header, int at)
    {
        if (header.Length != 13) throw Wrong(at, $"chunk IHDR has {header.Length} bytes; expected 13.");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(header);
        uint height = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue)
            throw Wrong(at, $"the picture is {width} x {height}; expected 1 to {int.MaxValue} each.");
        (_width, _height, _depth, _colour) = ((int)width, (int)height, header[8], (ColourType)header[9]);
        bool allowed = _colour switch
        {
            ColourType.Grey => _depth is 1 or 2 or 4 or 8 or 16,
            ColourType.Palette => _depth is 1 or 2 or 4 or 8,
            ColourType.Rgb or ColourType.GreyAlpha or ColourType.Rgba => _depth is 8 or 16,
            _ => false,
        };
        if (!allowed) throw Wrong(at + 8, $"bit depth {header[8]} with colour type {header[9]} does not exist.");
        if (header[10] != 0 || header[11] != 0) throw Wrong(at + 10, "unknown compression or filter method.");
        if (header[12] > 1) throw Wrong(at + 12, $"unknown interlace method {header[12]}; expected 0 or 1.");
        _interlaced = header[12] == 1;
    }

    /// <summary>Size of a pass of the picture: all of it when it is not interlaced.</summary>
    private (int Width, int Height) SizeOf(int pass)
    {
        if (!_interlaced) return (_width, _height);
        var p = Passes.Slice(4 * pass, 4);
        return ((int)(((long)_width - p[0] + p[2] - 1) / p[2]), (int)(((long)_height - p[1] + p[3] - 1) / p[3]));
    }

    private int PassCount => _interlaced ? 7 : 1;

    private long RowBytes(int points) => ((long)points * BitsPerPoint + 7) / 8;

    /// <summary>The unpacked image data: for each pass its rows, each after its filter's number.</summary>
    private byte[] Unpack()
    {
        Int128 promised = 0;
        for (int pass = 0; pass < PassCount; pass++)
        {
            var (width, height) = SizeOf(pass);
            if (width > 0 && height > 0) promised += (Int128)(RowBytes(width) + 1) * height;
        }
        long packed = _data.Sum(part => (long)part.Count);
        const int sizeAt = 16;
        string what = $"the header promises {_width} x {_height} points, {promised} bytes of image data,";
        if (promised > packed * MaxDeflateRatio)
            throw Wrong(sizeAt, $"{what} more than the {packed} packed bytes can unpack to.");
        if (promised > Array.MaxLength || (long)_width * _height > Array.MaxLength / 4)
            throw Wrong(sizeAt, $"{what} more than one array can hold.");

        // Memory grows with what has really been unpacked.
        int total = (int)promised, done = 0;
        var bytes = new byte[Math.Min(total, 1 << 20)];
        using var unzip = new ZLibStream(new PartsStream(_data), CompressionMode.Decompress);
        try
        {
            while (done < total)
            {
                if (done == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(total, 2L * bytes.Length));
                int got = unzip.Read(bytes, done, bytes.Length - done);
                if (got == 0) throw Wrong(done, $"{what} but only {done} are there.", unpacked: true);
                done += got;
            }
            if (unzip.ReadByte() >= 0) throw Wrong(done, $"{what} but there are more.", unpacked: true);
        }
        catch (InvalidDataException e)
        {
            throw Wrong(done, "the packed image data is damaged.", unpacked: true, e);
        }
        return bytes;
    }

    /// <summary>Undoes the filters and spreads the points over the picture.</summary>
    private PngImage Expand(byte[] data)
    {
        var palette = _colour == ColourType.Palette ? _palette : null;
        var points = new PngPoints(_depth, SamplesPerPoint, palette, _transparency);
        var pixels = new byte[_width * _height * points.Channels];
        var pixels16 = _depth == 16 ? new ushort[pixels.Length] : null;
        int at = 0, step = Math.Max(1, BitsPerPoint / 8);
        for (int pass = 0; pass < PassCount; pass++)
        {
            var (width, height) = SizeOf(pass);
            if (width <= 0 || height <= 0) continue;
            var (x0, y0, dx, dy) = _interlaced
                ? (Passes[4 * pass], Passes[4 * pass + 1], Passes[4 * pass + 2], Passes[4 * pass + 3])
                : ((byte)0, (byte)0, (byte)1, (byte)1);
            int rowBytes = (int)RowBytes(width);
            var above = Span<byte>.Empty;
            for (int y = 0; y < height; y++, at += rowBytes + 1)
            {
                int filter = data[at];
                if (filter >= PngFilter.Count)
                    throw Wrong(at, $"unknown filter {filter} in row {y}; expected 0 to 4.", unpacked: true);
                var row = data.AsSpan(at + 1, rowBytes);
                PngFilter.Undo(filter, row, above, step);
                above = row;
                int target = (y0 + y * dy) * _width + x0;
                int wrong = points.Spread(row, width, pixels, pixels16, target, dx);
                if (wrong >= 0)
                    throw Wrong(at + 1, $"a point of row {y} has colour {wrong} of a palette of {palette!.Length / 3}.",
                        unpacked: true);
            }
        }
        return new PngImage(_width, _height, points.Channels, pixels, _depth, pixels16);
    }

    private DataException Wrong(long offset, string problem, bool unpacked = false, Exception? inner = null) =>
        new("PNG", problem, inner) { File = name, Offset = offset, Unpacked = unpacked };

    /// <summary>The data of the IDAT chunks, one after the other.</summary>
    private sealed class PartsStream(List<ArraySegment<byte>> parts) : Stream
    {
        private int _part, _at;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            while (_part < parts.Count && _at == parts[_part].Count) (_part, _at) = (_part + 1, 0);
            if (_part == parts.Count) return 0;
            int give = Math.Min(buffer.Length, parts[_part].Count - _at);
            parts[_part].AsSpan(_at, give).CopyTo(buffer);
            _at += give;
            return give;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
