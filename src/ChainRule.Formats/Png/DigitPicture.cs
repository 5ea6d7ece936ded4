namespace ChainRule.Formats;

/// <summary>
/// Makes a picture of a digit from anywhere, a scan or a drawing, look like those of MNIST: light ink on black, the
/// digit
/// in a box of 20 x 20 points, its centre of mass in the middle of 28 x 28.
/// </summary>
/// <remarks>Source: the preparation of MNIST as LeCun et al. 1998 describe it, section III A.</remarks>
public static class DigitPicture
{
    private const int Size = 28, Box = 20;

    /// <summary>Prepares a picture. One that has 28 x 28 points is only inverted where its paper is light.</summary>
    /// <param name="image">The picture, of any size and colour.</param>
    /// <param name="name">The file's name, for errors; null when it has none.</param>
    /// <returns><c>[784]</c> points row by row, 0 paper, 255 ink.</returns>
    /// <exception cref="DataException">There is nothing on the paper.</exception>
    public static byte[] Prepare(PngImage image, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        byte[] ink = InkOf(image.ToGrey());
        int most = ink.Max();
        if (most < 32)
            throw new DataException("PNG", $"the picture of {image.Width} x {image.Height} points is blank: "
                + "no point differs much from its edge.")
            {
                File = name,
            };
        if (image.Width == Size && image.Height == Size) return ink;

        // The box of all points with some ink, then its square around the same middle.
        int left = image.Width, right = -1, top = image.Height, bottom = -1;
        for (int i = 0; i < ink.Length; i++)
        {
            if (ink[i] < most / 4) continue;
            (left, right) = (Math.Min(left, i % image.Width), Math.Max(right, i % image.Width));
            (top, bottom) = (Math.Min(top, i / image.Width), Math.Max(bottom, i / image.Width));
        }
        double side = Math.Max(right - left + 1, bottom - top + 1), scale = side / Box;
        double x0 = (left + right + 1) / 2.0 - side / 2, y0 = (top + bottom + 1) / 2.0 - side / 2;
        var boxed = new double[Box * Box];
        double sum = 0, sumX = 0, sumY = 0;
        for (int i = 0; i < boxed.Length; i++)
        {
            int x = i % Box, y = i / Box;
            boxed[i] = Mean(ink, image.Width, image.Height, x0 + x * scale, y0 + y * scale, scale);
            sum += boxed[i];
            sumX += boxed[i] * x;
            sumY += boxed[i] * y;
        }
        int moveX = Math.Clamp((int)Math.Round((Size - 1) / 2.0 - sumX / sum), 0, Size - Box);
        int moveY = Math.Clamp((int)Math.Round((Size - 1) / 2.0 - sumY / sum), 0, Size - Box);

        var prepared = new byte[Size * Size];
        double full = 255 / boxed.Max();                                 // thin lines fade when they are made smaller
        for (int i = 0; i < boxed.Length; i++)
            prepared[(moveY + i / Box) * Size + moveX + i % Box] = (byte)Math.Round(full * boxed[i]);
        return prepared;
    }

    /// <summary>Whether a picture is dark on light: those are inverted.</summary>
    /// <param name="image">The picture, of any size and colour.</param>
    public static bool IsOnLightPaper(PngImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return PaperOf(image.ToGrey()) > 127;
    }

    /// <summary>How far each point is from the paper.</summary>
    internal static byte[] InkOf(PngImage grey)
    {
        int paper = PaperOf(grey);
        // Black paper with a little grain stays as it is, so that a picture of the network's own kind is not changed.
        if (paper < 16) return grey.Pixels;
        int sign = paper > 127 ? -1 : 1;
        return Array.ConvertAll(grey.Pixels, p => (byte)Math.Clamp(sign * (p - paper), 0, 255));
    }

    /// <summary>The shade of the paper: the median of the picture's edge.</summary>
    private static int PaperOf(PngImage grey)
    {
        var edge = new List<byte>();
        for (int i = 0; i < grey.Pixels.Length; i++)
        {
            int x = i % grey.Width, y = i / grey.Width;
            if (x == 0 || y == 0 || x == grey.Width - 1 || y == grey.Height - 1) edge.Add(grey.Pixels[i]);
        }
        edge.Sort();
        return edge[edge.Count / 2];
    }

    /// <summary>
    /// Mean ink of a square, points counted by the part of them that is inside; paper beyond the picture.
    /// </summary>
    internal static double Mean(byte[] ink, int width, int height, double x, double y, double side)
    {
        double sum = 0;
        for (int row = (int)Math.Floor(y); row < y + side; row++)
        {
            double high = Math.Min(row + 1, y + side) - Math.Max(row, y);
            if (row < 0 || row >= height || high <= 0) continue;
            for (int column = (int)Math.Floor(x); column < x + side; column++)
            {
                double wide = Math.Min(column + 1, x + side) - Math.Max(column, x);
                if (column >= 0 && column < width && wide > 0) sum += high * wide * ink[row * width + column];
            }
        }
        return sum / (side * side);
    }
}
