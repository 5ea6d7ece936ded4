namespace ChainRule.Formats;

/// <summary>
/// A picture in memory: 8 bits for each number, row by row from the top, the numbers of a point side by side.
/// </summary>
/// <remarks><code>
/// Tensor x = Picture.Read("cat.jpg").ToChannels(3).Fit(224, 224).ToTensor();    // [3, 224, 224] uint8
/// </code></remarks>
public sealed class Picture
{
    /// <summary>A picture of the given points; the array is taken over, not copied.</summary>
    /// <param name="width">W, in points.</param>
    /// <param name="height">H, in points.</param>
    /// <param name="channels">C: 1 grey, 2 grey and alpha, 3 red green blue, 4 red green blue alpha.</param>
    /// <param name="pixels"><c>[H, W, C]</c> row-major, 0 dark or transparent, 255 full.</param>
    /// <exception cref="ArgumentException">A size is not positive, or the pixels do not fit the sizes.</exception>
    public Picture(int width, int height, int channels, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 4);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Length != (long)width * height * channels)
        {
            throw new ArgumentException($"{pixels.Length} numbers for {width} x {height} points of {channels}; "
                + $"expected {(long)width * height * channels}.", nameof(pixels));
        }
        (Width, Height, Channels, Pixels) = (width, height, channels, pixels);
    }

    /// <summary>Columns W.</summary>
    public int Width { get; }

    /// <summary>Rows H.</summary>
    public int Height { get; }

    /// <summary>Numbers per point C: 1 grey, 2 grey and alpha, 3 red green blue, 4 red green blue alpha.</summary>
    public int Channels { get; }

    /// <summary><c>[H, W, C]</c> row-major, the picture's own memory.</summary>
    public byte[] Pixels { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="decoder">Reads its content; null for <see cref="ImageDecoder.Default"/>: PNG and JPEG.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">The decoder does not read this kind of file, or it is damaged.</exception>
    public static Picture Read(string path, IImageDecoder? decoder = null) =>
        (decoder ?? ImageDecoder.Default).Decode(File.ReadAllBytes(path), path);

    /// <summary>The picture in grey or in colour; transparent points are laid over white.</summary>
    /// <param name="channels">
    /// 1 for grey, y = 0.299 r + 0.587 g + 0.114 b (ITU-R BT.601); 3 for red green blue.
    /// </param>
    /// <returns>Same width and height; this picture when it has so many already.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Neither 1 nor 3 channels are asked for.</exception>
    public Picture ToChannels(int channels)
    {
        if (channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "expected 1 (grey) or 3 (colour).");
        if (Channels == channels) return this;
        var made = new byte[Width * Height * channels];
        bool grey = Channels < 3, transparent = Channels is 2 or 4;
        for (int from = 0, to = 0; from < Pixels.Length; from += Channels, to += channels)
        {
            ReadOnlySpan<byte> point = Pixels.AsSpan(from, Channels);
            int alpha = transparent ? point[^1] : 255;
            if (channels == 1)
            {
                // Integer weights of sum 1000; half is added so that the divisions round.
                int y = grey ? point[0] : ((299 * point[0]) + (587 * point[1]) + (114 * point[2]) + 500) / 1000;
                made[to] = OverWhite(y, alpha);
                continue;
            }
            for (int c = 0; c < 3; c++) made[to + c] = OverWhite(point[grey ? 0 : c], alpha);
        }
        return new Picture(Width, Height, channels, made);
    }

    /// <summary>A part of the picture.</summary>
    /// <param name="x">Its first column.</param>
    /// <param name="y">Its first row.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="height">Its rows.</param>
    /// <exception cref="ArgumentException">The part is empty or reaches beyond the picture.</exception>
    public Picture Crop(int x, int y, int width, int height)
    {
        if (x < 0 || y < 0 || width < 1 || height < 1 || x > Width - width || y > Height - height)
        {
            throw new ArgumentException(
                $"{width} x {height} points from column {x}, row {y} on, of a picture of {Width} x {Height}.");
        }
        if (width == Width && height == Height) return this;
        var part = new byte[width * height * Channels];
        for (int row = 0; row < height; row++)
        {
            Pixels.AsSpan((((y + row) * Width) + x) * Channels, width * Channels)
                .CopyTo(part.AsSpan(row * width * Channels));
        }
        return new Picture(width, height, Channels, part);
    }

    /// <summary>
    /// The picture in another size, each side by its own factor: linear between points where it grows; where it
    /// shrinks, means weighted by a triangle over all points it covers, so that nothing is missed (antialiasing).
    /// </summary>
    /// <param name="width">W, in points, 1 or more.</param>
    /// <param name="height">H, in points, 1 or more.</param>
    /// <returns>Same channels; this picture when it has that size already.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <remarks>
    /// As <c>torchvision.transforms.functional.resize</c> does by default and Pillow with BILINEAR. A picture with
    /// transparent points is best brought to 1 or 3 channels before.
    /// </remarks>
    public Picture Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return width == Width && height == Height ? this : Resampling.Resize(this, width, height);
    }

    /// <summary>The picture in another size, its proportions kept if asked for.</summary>
    /// <param name="width">W, in points, 1 or more.</param>
    /// <param name="height">H, in points, 1 or more.</param>
    /// <param name="fit">What is done where the proportions differ.</param>
    /// <returns>Same channels.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Picture Fit(int width, int height, ImageFit fit = ImageFit.Crop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (fit == ImageFit.Stretch || (long)Width * height == (long)Height * width) return Resize(width, height);
        double scale = fit == ImageFit.Crop
            ? Math.Min((double)Width / width, (double)Height / height)
            : Math.Max((double)Width / width, (double)Height / height);
        if (fit == ImageFit.Crop)
        {
            int w = Math.Clamp((int)Math.Round(width * scale), 1, Width);
            int h = Math.Clamp((int)Math.Round(height * scale), 1, Height);
            return Crop((Width - w) / 2, (Height - h) / 2, w, h).Resize(width, height);
        }
        Picture small = Resize(Math.Clamp((int)Math.Round(Width / scale), 1, width),
            Math.Clamp((int)Math.Round(Height / scale), 1, height));
        var padded = new byte[width * height * Channels];
        int left = (width - small.Width) / 2, top = (height - small.Height) / 2, row = small.Width * Channels;
        for (int y = 0; y < small.Height; y++)
            small.Pixels.AsSpan(y * row, row).CopyTo(padded.AsSpan((((top + y) * width) + left) * Channels));
        return new Picture(width, height, Channels, padded);
    }

    /// <summary>The picture as a tensor.</summary>
    /// <returns><c>[C, H, W]</c> uint8.</returns>
    public Tensor ToTensor()
    {
        var planes = new byte[Pixels.Length];
        CopyPlanes(planes);
        return Tensor.From(planes, [Channels, Height, Width]);
    }

    /// <summary>Writes the numbers channel by channel.</summary>
    internal void CopyPlanes(Span<byte> planes)
    {
        int points = Width * Height;
        for (int c = 0; c < Channels; c++)
        {
            Span<byte> plane = planes.Slice(c * points, points);
            for (int i = 0, from = c; i < plane.Length; i++, from += Channels) plane[i] = Pixels[from];
        }
    }

    private static byte OverWhite(int value, int alpha) =>
        (byte)(alpha == 255 ? value : ((value * alpha) + (255 * (255 - alpha)) + 127) / 255);
}

/// <summary>What is done with a picture whose proportions are not those wanted.</summary>
public enum ImageFit
{
    /// <summary>What is too much is cut off at two sides; the middle stays.</summary>
    Crop,
    /// <summary>All is kept; black is added at two sides.</summary>
    Pad,
    /// <summary>All is kept; width and height are scaled differently.</summary>
    Stretch,
}
