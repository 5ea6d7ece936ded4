using System.Runtime.CompilerServices;

namespace ChainRule.Formats;

/// <summary>Changes the size of a picture: first along its rows, then along its columns.</summary>
/// <remarks>
/// Each number is a sum of those near it, weighted by a triangle that reaches one point far where the picture grows and
/// as far as the factor where it shrinks (Turkowski 1990, "Filters for common resampling tasks").
/// </remarks>
internal static class Resampling
{
    public static Picture Resize(Picture picture, int width, int height)
    {
        int channels = picture.Channels, row = width * channels;
        Taps across = Taps.Of(picture.Width, width), down = Taps.Of(picture.Height, height);
        var rows = new float[picture.Height * row];
        for (int y = 0; y < picture.Height; y++)
        {
            Across(picture.Pixels.AsSpan(y * picture.Width * channels, picture.Width * channels),
                rows.AsSpan(y * row, row), across, channels);
        }
        var pixels = new byte[height * row];
        var sums = new float[row];
        for (int y = 0; y < height; y++)
        {
            Array.Clear(sums);
            ReadOnlySpan<float> weights = down.WeightsOf(y);
            for (int i = 0; i < weights.Length; i++)
                Add(rows.AsSpan((down.First[y] + i) * row, row), weights[i], sums);
            for (int i = 0; i < row; i++) pixels[(y * row) + i] = (byte)Math.Clamp(sums[i] + 0.5f, 0, 255);
        }
        return new Picture(width, height, channels, pixels);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Across(ReadOnlySpan<byte> from, Span<float> to, Taps taps, int channels)
    {
        for (int x = 0; x < taps.First.Length; x++)
        {
            ReadOnlySpan<float> weights = taps.WeightsOf(x);
            for (int c = 0; c < channels; c++)
            {
                float sum = 0;
                int at = (taps.First[x] * channels) + c;
                foreach (float weight in weights)
                {
                    sum += weight * from[at];
                    at += channels;
                }
                to[(x * channels) + c] = sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(ReadOnlySpan<float> row, float weight, Span<float> sums)
    {
        for (int i = 0; i < sums.Length; i++) sums[i] += weight * row[i];
    }

    /// <summary>For each place the first of the numbers it is made of, and their weights of sum 1.</summary>
    private sealed record Taps(int[] First, float[] Weights, int[] Begin)
    {
        public ReadOnlySpan<float> WeightsOf(int place) => Weights.AsSpan(Begin[place]..Begin[place + 1]);

        public static Taps Of(int from, int to)
        {
            double scale = (double)from / to, reach = Math.Max(scale, 1);
            var (first, begin) = (new int[to], new int[to + 1]);
            List<float> weights = [];
            for (int place = 0; place < to; place++)
            {
                double middle = (place + 0.5) * scale;
                int low = Math.Max((int)(middle - reach + 0.5), 0), high = Math.Min((int)(middle + reach + 0.5), from);
                double sum = 0;
                for (int i = low; i < high; i++) sum += Triangle(i);
                for (int i = low; i < high; i++) weights.Add((float)(Triangle(i) / sum));
                (first[place], begin[place + 1]) = (low, weights.Count);

                double Triangle(int i) => Math.Max(0, 1 - (Math.Abs(i + 0.5 - middle) / reach));
            }
            return new Taps(first, [.. weights], begin);
        }
    }
}
