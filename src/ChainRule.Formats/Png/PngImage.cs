namespace ChainRule.Formats;

/// <summary>
/// A picture of a PNG file: 8 bits for each number, row by row from the top, the numbers of a point side by side.
/// </summary>
/// <remarks>Source: W3C Recommendation "Portable Network Graphics (PNG) Specification (Third Edition)".</remarks>
public sealed class PngImage
{
    private readonly Picture _picture;

    /// <summary>A picture of the given points; the array is taken over, not copied.</summary>
    /// <param name="width">W, in points.</param>
    /// <param name="height">H, in points.</param>
    /// <param name="channels">C: 1 grey, 2 grey and alpha, 3 red green blue, 4 red green blue alpha.</param>
    /// <param name="pixels"><c>[H, W, C]</c> row-major, 0 dark or transparent, 255 full.</param>
    /// <exception cref="ArgumentException">A size is not positive, or the pixels do not fit the sizes.</exception>
    public PngImage(int width, int height, int channels, byte[] pixels)
        : this(width, height, channels, pixels, bitDepth: 8, pixels16: null)
    {
    }

    internal PngImage(int width, int height, int channels, byte[] pixels, int bitDepth, ushort[]? pixels16) =>
        (_picture, BitDepth, Pixels16) = (new Picture(width, height, channels, pixels), bitDepth, pixels16);

    /// <summary>Columns W.</summary>
    public int Width => _picture.Width;

    /// <summary>Rows H.</summary>
    public int Height => _picture.Height;

    /// <summary>Numbers per point C: 1 grey, 2 grey and alpha, 3 red green blue, 4 red green blue alpha.</summary>
    public int Channels => _picture.Channels;

    /// <summary>Bits per number in the file: 1, 2, 4, 8 or 16.</summary>
    public int BitDepth { get; }

    /// <summary><c>[H, W, C]</c> row-major, the picture's own memory; 16-bit numbers are rounded to 8 bits.</summary>
    public byte[] Pixels => _picture.Pixels;

    /// <summary><c>[H, W, C]</c> as in a file of 16 bits; null for other files.</summary>
    public ushort[]? Pixels16 { get; }

    /// <summary>Reads a PNG file of any colour type, depth and interlacing.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">The file is not PNG, is damaged or cut short; names file and offset.</exception>
    public static PngImage Read(string path) => Decode(File.ReadAllBytes(path), path);

    /// <summary>Reads the content of a PNG file.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="name">The file's name, for errors; null when it has none.</param>
    /// <exception cref="DataException">The content is not PNG, is damaged or cut short.</exception>
    public static PngImage Decode(byte[] content, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        return new PngReader(content, name).Read();
    }

    /// <summary>The content of a PNG file of this picture, 8 bits per number.</summary>
    public byte[] Encode() => PngWriter.Encode(this);

    /// <summary>Writes a PNG file, 8 bits per number, to a temporary file first that is then renamed.</summary>
    /// <param name="path">The file; replaced when it is there.</param>
    public void Write(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            File.WriteAllBytes(part, Encode());
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            if (File.Exists(part)) File.Delete(part);
        }
    }

    /// <summary>The picture without what only PNG files have; shares this picture's memory.</summary>
    public Picture ToPicture() => _picture;

    /// <summary>
    /// The picture in grey: y = 0.299 r + 0.587 g + 0.114 b (ITU-R BT.601), transparent points over white paper.
    /// </summary>
    /// <returns><c>C = 1</c>, same width and height; this picture when it is grey already.</returns>
    public PngImage ToGrey() =>
        Channels == 1 ? this : new PngImage(Width, Height, 1, _picture.ToChannels(1).Pixels);
}
