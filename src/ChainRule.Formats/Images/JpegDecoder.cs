namespace ChainRule.Formats;

/// <summary>JPEG by libturbojpeg.</summary>
internal sealed class JpegDecoder(bool strict) : IImageDecoder
{
    public Picture Decode(byte[] content, string name)
    {
        ArgumentNullException.ThrowIfNull(content);
        JpegHeader header = JpegHeader.Read(content, name, strict);
        if (!TurboJpeg.IsFound)
        {
            throw new DataException("JPEG", $"the library libturbojpeg is not there; looked for {TurboJpeg.Looked}.")
            {
                File = name,
                Offset = 0,
                Help = "install it (Debian, Ubuntu: apt install libturbojpeg0; Fedora: dnf install turbojpeg; "
                    + "macOS: brew install jpeg-turbo; Windows: the installer of libjpeg-turbo), name its file in "
                    + $"{TurboJpeg.Variable}, or read JPEG by an IImageDecoder of your own.",
            };
        }
        TurboJpeg.Points points = header.Components switch
        {
            1 => TurboJpeg.Points.Grey,
            3 => TurboJpeg.Points.Rgb,
            _ => TurboJpeg.Points.Cmyk,
        };
        var pixels = new byte[header.Width * header.Height * header.Components];
        string? problem = TurboJpeg.Decode(content.AsSpan(0, header.Length), header, points, strict, pixels);
        if (problem is not null)
            throw header.Wrong(header.FirstScan, $"libturbojpeg refuses the picture: {problem.TrimEnd('.')}.");
        return points == TurboJpeg.Points.Cmyk
            ? new Picture(header.Width, header.Height, 3, FromPrintingColours(pixels))
            : new Picture(header.Width, header.Height, header.Components, pixels);
    }

    // Of cyan, magenta, yellow and black files hold what is left of the light (Adobe's habit).
    private static byte[] FromPrintingColours(byte[] inks)
    {
        var colours = new byte[inks.Length / 4 * 3];
        for (int from = 0, to = 0; from < inks.Length; from += 4, to += 3)
        {
            for (int c = 0; c < 3; c++) colours[to + c] = (byte)(((inks[from + c] * inks[from + 3]) + 127) / 255);
        }
        return colours;
    }
}
