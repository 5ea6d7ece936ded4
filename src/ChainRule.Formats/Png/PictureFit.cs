namespace ChainRule.Formats;

/// <summary>Brings a picture to the size that a network was trained on: light things on black, grey.</summary>
public static class PictureFit
{
    /// <summary>
    /// Fits a picture into a size, its middle in the middle: points are means over the part of the picture they cover,
    /// so that nothing flickers however much smaller it becomes. A picture with a light edge is inverted.
    /// </summary>
    /// <param name="image">The picture, of any size and colour.</param>
    /// <param name="height">H, in points, 1 or more.</param>
    /// <param name="width">W, in points, 1 or more.</param>
    /// <returns><c>[H * W]</c> points row by row, 0 black.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public static byte[] Grey(PngImage image, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        byte[] ink = DigitPicture.InkOf(image.ToGrey());
        if (image.Width == width && image.Height == height) return ink;
        double scale = Math.Max((double)image.Width / width, (double)image.Height / height);
        double left = (image.Width - width * scale) / 2, top = (image.Height - height * scale) / 2;
        var fitted = new byte[height * width];
        for (int i = 0; i < fitted.Length; i++)
        {
            double x = left + i % width * scale, y = top + i / width * scale;
            fitted[i] = (byte)Math.Round(DigitPicture.Mean(ink, image.Width, image.Height, x, y, scale));
        }
        return fitted;
    }
}
