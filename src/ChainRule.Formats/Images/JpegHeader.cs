using System.Buffers.Binary;

namespace ChainRule.Formats;

/// <summary>
/// The parts of a JPEG file, checked before native code sees it: segments, sizes, and whether so many points can come
/// from so many bytes.
/// </summary>
/// <remarks>Source: ITU-T T.81 (1992), annex B.</remarks>
internal sealed class JpegHeader
{
    // Encoders write one to about twenty; each scan of a progressive file costs a pass over all points.
    private const int MaxScans = 100;

    private readonly byte[] _content;
    private readonly string _name;

    private JpegHeader(byte[] content, string name) => (_content, _name) = (content, name);

    /// <summary>What every JPEG file begins with.</summary>
    public static ReadOnlySpan<byte> Start => [0xFF, 0xD8, 0xFF];

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>1 grey, 3 colour, 4 printing colours.</summary>
    public int Components { get; private set; }

    /// <summary>Offset of the first scan.</summary>
    public int FirstScan { get; private set; }

    /// <summary>Bytes from the start to the end marker, or all.</summary>
    public int Length { get; private set; }

    // 8 x 8 points of one component.
    private long Blocks { get; set; }

    /// <param name="content">The file.</param>
    /// <param name="name">The file's name, for errors.</param>
    /// <param name="strict">Whether the end marker must be there.</param>
    public static JpegHeader Read(byte[] content, string name, bool strict)
    {
        JpegHeader header = new(content, name);
        header.Walk(strict);
        return header;
    }

    public DataException Wrong(long offset, string problem) => new("JPEG", problem) { File = _name, Offset = offset };

    private void Walk(bool strict)
    {
        if (!_content.AsSpan().StartsWith(Start))
        {
            string begin = Convert.ToHexString(_content.AsSpan(0, Math.Min(3, _content.Length)));
            throw Wrong(0, _content.Length == 0 ? "the file is empty."
                : $"this is not a JPEG file: it begins with {begin}, expected FFD8FF.");
        }
        int at = 2, scans = 0;
        while (true)
        {
            int marker = ReadMarker(ref at);
            if (marker is 0xD9 or < 0)
            {
                if (Components == 0) throw Wrong(at, "the file ends before its header.");
                if (scans == 0) throw Wrong(at, "there is no image data (no scan).");
                if (marker < 0 && strict) throw Wrong(at, "the file is cut short: it ends without an end marker.");
                Length = at;
                break;
            }
            if (marker is 0x01 or (>= 0xD0 and <= 0xD7)) continue;
            int begin = at;
            ReadOnlySpan<byte> segment = ReadSegment(ref at, marker);
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC)) ReadFrame(segment, marker, begin - 2);
            if (marker != 0xDA) continue;
            if (Components == 0) throw Wrong(begin - 2, "image data stand before the header.");
            if (++scans == 1) FirstScan = begin - 2;
            if (scans > MaxScans) throw Wrong(begin - 2, $"there are more than {MaxScans} scans.");
            SkipScan(ref at);
        }
        // Huffman codes take a bit for each block at least.
        if (Blocks > 8L * (Length - FirstScan))
        {
            throw Wrong(FirstScan, $"the header promises {Width} x {Height} points of {Components}, more than the "
                + $"{Length - FirstScan} bytes of image data can hold.");
        }
        if ((long)Width * Height * Components > Array.MaxLength)
        {
            throw Wrong(FirstScan,
                $"the picture has {Width} x {Height} points of {Components}, more than one array can hold.");
        }
    }

    // -1 at the file's end.
    private int ReadMarker(ref int at)
    {
        if (at >= _content.Length) return -1;
        if (_content[at] != 0xFF) throw Wrong(at, $"byte {_content[at]:X2} where a marker is expected, FF.");
        while (at < _content.Length && _content[at] == 0xFF) at++;
        if (at >= _content.Length) return -1;
        int marker = _content[at++];
        if (marker is 0x00 or 0xD8) throw Wrong(at - 2, $"marker FF{marker:X2} where a segment is expected.");
        return marker;
    }

    private ReadOnlySpan<byte> ReadSegment(ref int at, int marker)
    {
        int left = _content.Length - at;
        int length = left < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(_content.AsSpan(at));
        if (left < 2 || length < 2 || length > left)
        {
            throw Wrong(at, $"segment FF{marker:X2} says it has {length} bytes, its length counted; "
                + $"{left} are left in the file: it is cut short or damaged.");
        }
        ReadOnlySpan<byte> segment = _content.AsSpan(at + 2, length - 2);
        at += length;
        return segment;
    }

    private void ReadFrame(ReadOnlySpan<byte> frame, int marker, int at)
    {
        string? unread = marker switch
        {
            0xC0 or 0xC1 or 0xC2 => null,
            0xC3 => "lossless",
            0xC9 or 0xCA => "arithmetic coding",
            _ => "a hierarchy or lossless",
        };
        if (unread is not null)
            throw Wrong(at, $"the file's method (FF{marker:X2}: {unread}) is not read; expected FFC0, FFC1 or FFC2.");
        if (Components != 0) throw Wrong(at, "a second header in one file.");
        int components = frame.Length < 6 ? 0 : frame[5];
        if (frame.Length < 6 || frame.Length != 6 + (3 * components))
            throw Wrong(at, $"the header has {frame.Length} bytes for {components} components.");
        if (frame[0] != 8) throw Wrong(at, $"the file has {frame[0]} bits for each number; expected 8.");
        Height = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]);
        Width = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        if (Width == 0 || Height == 0) throw Wrong(at, $"the picture is {Width} x {Height}; expected 1 or more each.");
        if (components is not (1 or 3 or 4))
            throw Wrong(at, $"the picture has {components} components; expected 1, 3 or 4.");
        int across = 0, down = 0;
        for (int i = 0; i < components; i++)
        {
            int h = frame[7 + (3 * i)] >> 4, v = frame[7 + (3 * i)] & 15;
            if (h is < 1 or > 4 || v is < 1 or > 4)
                throw Wrong(at, $"component {i} has sampling factors {h} x {v}; expected 1 to 4.");
            (across, down) = (Math.Max(across, h), Math.Max(down, v));
        }
        for (int i = 0; i < components; i++)
        {
            int h = frame[7 + (3 * i)] >> 4, v = frame[7 + (3 * i)] & 15;
            Blocks += (long)Part(Width * h, 8 * across) * Part(Height * v, 8 * down);
        }
        Components = components;

        static int Part(int value, int by) => (value + by - 1) / by;
    }

    // To the next marker: image data have a zero behind each FF, or the number of a restart.
    private void SkipScan(ref int at)
    {
        while (at < _content.Length)
        {
            int next = _content.AsSpan(at).IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= _content.Length) break;
            at += next;
            if (_content[at + 1] is not (0x00 or (>= 0xD0 and <= 0xD7))) return;
            at += 2;
        }
        at = _content.Length;
    }
}
