using System.Buffers.Binary;

namespace ChainRule.Formats;

/// <summary>Turns what another decoder reads as its camera was held: by the orientation in the EXIF data.</summary>
/// <remarks>Source: JEITA CP-3451, "Exchangeable image file format for digital still cameras" (2002), 4.6.</remarks>
internal sealed class UprightDecoder(IImageDecoder inner) : IImageDecoder
{
    private const int Tag = 0x0112, Short = 3, EntryLength = 12;

    public Picture Decode(byte[] content, string name)
    {
        Picture picture = inner.Decode(content, name);
        return Turn(picture, Orientation(content));
    }

    /// <summary>
    /// 1 to 8; 1, upright, where the file is no JPEG, does not say or says nonsense: a picture is not lost for its
    /// description.
    /// </summary>
    internal static int Orientation(ReadOnlySpan<byte> content)
    {
        if (!content.StartsWith(JpegHeader.Start)) return 1;
        for (int at = 2; at + 4 <= content.Length && content[at] == 0xFF;)
        {
            int marker = content[at + 1], length = BinaryPrimitives.ReadUInt16BigEndian(content[(at + 2)..]);
            if (marker == 0xFF)
            {
                at++;    // a filler
                continue;
            }
            if (marker == 0xDA || length < 2 || length > content.Length - at - 2) break;
            ReadOnlySpan<byte> segment = content.Slice(at + 4, length - 2);
            if (marker == 0xE1 && segment.StartsWith("Exif\0\0"u8)) return OfTiff(segment[6..]);
            at += 2 + length;
        }
        return 1;
    }

    // A TIFF file without its picture: byte order, the place of a directory, its entries.
    private static int OfTiff(ReadOnlySpan<byte> tiff)
    {
        bool little = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < 8 || !(little || tiff.StartsWith("MM\0*"u8))) return 1;
        uint directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..])
            : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2) return 1;
        ReadOnlySpan<byte> entries = tiff[((int)directory + 2)..];
        int count = Math.Min(Number(tiff, (int)directory), entries.Length / EntryLength);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = entries.Slice(i * EntryLength, EntryLength);
            if (Number(entry, 0) == Tag && Number(entry, 2) == Short)
                return Number(entry, 8) is >= 1 and <= 8 and var orientation ? orientation : 1;
        }
        return 1;

        int Number(ReadOnlySpan<byte> bytes, int at) => little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..])
            : BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
    }

    private static Picture Turn(Picture picture, int orientation)
    {
        if (orientation == 1) return picture;
        int w = picture.Width, h = picture.Height, channels = picture.Channels;
        bool lies = orientation >= 5;
        bool mirrorsX = orientation is 2 or 3 or 7 or 8, mirrorsY = orientation is 3 or 4 or 6 or 7;
        var (width, height) = lies ? (h, w) : (w, h);
        var turned = new byte[picture.Pixels.Length];
        for (int to = 0; to < width * height; to++)
        {
            var (x, y) = lies ? (to / width, to % width) : (to % width, to / width);
            int from = ((mirrorsY ? h - 1 - y : y) * w) + (mirrorsX ? w - 1 - x : x);
            picture.Pixels.AsSpan(from * channels, channels).CopyTo(turned.AsSpan(to * channels));
        }
        return new Picture(width, height, channels, turned);
    }
}
