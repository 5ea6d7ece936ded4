using System.Buffers.Binary;

namespace ChainRule.Formats;

/// <summary>Turns the points of a PNG row into bytes: scales depths, looks colours up, adds transparency.</summary>
/// <param name="depth">Bits per number: 1, 2, 4, 8 or 16.</param>
/// <param name="samples">Numbers per point in the file.</param>
/// <param name="palette">Colours, three bytes each; null when the numbers are not palette entries.</param>
/// <param name="transparency">The tRNS chunk: alpha of palette entries, or the transparent grey or colour.</param>
internal sealed class PngPoints(int depth, int samples, byte[]? palette, byte[]? transparency)
{
    /// <summary>Numbers per point of the picture.</summary>
    internal int Channels { get; } =
        (palette is not null ? 3 : samples) + (HasAddedAlpha(samples, transparency) ? 1 : 0);

    private readonly bool _adds = HasAddedAlpha(samples, transparency);

    private static bool HasAddedAlpha(int samples, byte[]? transparency) =>
        transparency is not null && samples is 1 or 3;

    /// <summary>Writes a row's points to the picture.</summary>
    /// <param name="row">The row as stored, its filter undone.</param>
    /// <param name="width">Number of points in the row.</param>
    /// <param name="pixels">The picture.</param>
    /// <param name="pixels16">The picture in 16 bits; null for other depths.</param>
    /// <param name="target">Where the first point goes, counted in points.</param>
    /// <param name="spacing">From one point to the next, counted in points.</param>
    /// <returns>-1, or a number that is no entry of the palette.</returns>
    internal int Spread(ReadOnlySpan<byte> row, int width, byte[] pixels, ushort[]? pixels16, int target, int spacing)
    {
        if (depth == 8 && palette is null && !_adds && spacing == 1)
        {
            row[..(width * samples)].CopyTo(pixels.AsSpan(target * samples));
            return -1;
        }
        Span<int> point = stackalloc int[4];
        for (int x = 0; x < width; x++, target += spacing)
        {
            for (int s = 0; s < samples; s++) point[s] = Sample(row, x * samples + s);
            int to = target * Channels;
            if (palette is not null)
            {
                int entry = point[0];
                if (3 * entry >= palette.Length) return entry;
                palette.AsSpan(3 * entry, 3).CopyTo(pixels.AsSpan(to));
                if (_adds) pixels[to + 3] = entry < transparency!.Length ? transparency[entry] : (byte)255;
                continue;
            }
            for (int s = 0; s < samples; s++) Put(point[s], to + s, pixels, pixels16);
            if (_adds) Put(IsTransparent(point) ? 0 : (1 << depth) - 1, to + samples, pixels, pixels16);
        }
        return -1;
    }

    private int Sample(ReadOnlySpan<byte> row, int i)
    {
        if (depth == 8) return row[i];
        if (depth == 16) return BinaryPrimitives.ReadUInt16BigEndian(row[(2 * i)..]);
        int bit = i * depth;
        return row[bit >> 3] >> (8 - depth - (bit & 7)) & ((1 << depth) - 1);
    }

    private bool IsTransparent(ReadOnlySpan<int> point)
    {
        for (int s = 0; s < samples; s++)
            if (point[s] != BinaryPrimitives.ReadUInt16BigEndian(transparency.AsSpan(2 * s))) return false;
        return true;
    }

    private void Put(int value, int at, byte[] pixels, ushort[]? pixels16)
    {
        int most = (1 << depth) - 1;
        pixels[at] = depth == 8 ? (byte)value : (byte)((value * 255L + most / 2) / most);
        if (pixels16 is not null) pixels16[at] = (ushort)value;
    }
}
