namespace ChainRule.Formats;

/// <summary>Turns the content of image files into pictures; called from several threads at once.</summary>
/// <remarks>
/// One of your own takes five lines; this one reads bytes, width and height first:
/// <code>
/// sealed class RawDecoder : IImageDecoder
/// {
///     public Picture Decode(byte[] content, string name) =>
///         new(width: content[0], height: content[1], channels: 1, content[2..]);
/// }
/// </code>
/// What it throws becomes, in an <see cref="ImageFolder"/>, a <see cref="DataException"/> that names the file.
/// </remarks>
public interface IImageDecoder
{
    /// <summary>Reads a picture.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="name">The file's name, for errors.</param>
    /// <exception cref="DataException">The content is damaged or of a kind that is not read.</exception>
    Picture Decode(byte[] content, string name);
}

/// <summary>The decoders that come with ChainRule.</summary>
public static class ImageDecoder
{
    // What files begin with that people take for pictures, to call them by their names.
    private static readonly (string Name, int At, byte[] Mark)[] Others =
    [
        ("GIF", 0, [.. "GIF8"u8]), ("BMP", 0, [.. "BM"u8]), ("WebP", 8, [.. "WEBP"u8]), ("TIFF", 0, [.. "II*\0"u8]),
        ("TIFF", 0, [.. "MM\0*"u8]), ("AVIF", 4, [.. "ftypavif"u8]), ("HEIC", 4, [.. "ftyp"u8]),
        ("SVG", 0, [.. "<svg"u8]), ("JPEG 2000", 4, [.. "jP  "u8]), ("PDF", 0, [.. "%PDF"u8]),
    ];

    /// <summary>PNG by ChainRule itself; JPEG by libturbojpeg where it is installed.</summary>
    /// <remarks>Which of them a file is, its first bytes say, not its name.</remarks>
    public static IImageDecoder Default { get; } = new ByContent(Jpeg());

    /// <summary>JPEG by libturbojpeg, version 2 or 3, looked for when the first file is read.</summary>
    /// <param name="strict">
    /// Whether a picture is refused where the library only warns: data missing at the end, or damaged in the middle and
    /// guessed.
    /// </param>
    /// <remarks>
    /// The library is native code. What it is given was checked before: segments, sizes, and that as many points can
    /// come from so many bytes. Pictures are not turned by their EXIF orientation: see <see cref="Upright"/>.
    /// </remarks>
    public static IImageDecoder Jpeg(bool strict = true) => new JpegDecoder(strict);

    /// <summary>Pictures as the camera was held: JPEG files are turned by the orientation in their EXIF data.</summary>
    /// <param name="decoder">Reads the files and turns nothing itself; null for <see cref="Default"/>.</param>
    /// <remarks>
    /// Telephones save upright pictures lying down, with this mark. A file without it, or with one that makes no sense,
    /// stays as it is. <code>
    /// var photos = new ImageFolder("photos", new ImageFolderOptions { Decoder = ImageDecoder.Upright() });
    /// </code>
    /// </remarks>
    public static IImageDecoder Upright(IImageDecoder? decoder = null) => new UprightDecoder(decoder ?? Default);

    private sealed class ByContent(IImageDecoder jpeg) : IImageDecoder
    {
        public Picture Decode(byte[] content, string name)
        {
            ArgumentNullException.ThrowIfNull(content);
            ReadOnlySpan<byte> bytes = content;
            if (bytes.StartsWith(PngReader.Signature)) return PngImage.Decode(content, name).ToPicture();
            if (bytes.StartsWith(JpegHeader.Start)) return jpeg.Decode(content, name);
            string what = bytes.Length == 0 ? "an empty file"
                : $"neither PNG nor JPEG: it begins with {Convert.ToHexString(bytes[..Math.Min(4, bytes.Length)])}";
            foreach (var (kind, at, mark) in Others)
            {
                if (bytes.Length < at || !bytes[at..].StartsWith(mark)) continue;
                what = $"{kind}; PNG and JPEG are read";
                break;
            }
            throw new DataException("image", $"this is {what}.")
            {
                File = name,
                Offset = 0,
                Help = bytes.Length == 0 ? null : "other kinds are read by an IImageDecoder of your own.",
            };
        }
    }
}
