using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ChainRule.Data;

/// <summary>
/// Bends each picture: every point is moved by a random distance, and neighbours by nearly the same, like ink on
/// rubber.
/// </summary>
/// <remarks>
/// Distances are uniform numbers from -1 to 1, smoothed by a bell curve of deviation sigma and multiplied by alpha.
/// Source: Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to visual document
/// analysis" (2003), section 2: sigma 4 and alpha 34 for handwritten digits.
/// </remarks>
public sealed unsafe class ElasticTransform : ImageTransform
{
    // The bell curve from one end to the other.
    private readonly float[] _bell;

    /// <summary>A change of this strength.</summary>
    /// <param name="alpha">Strength: factor of the smoothed distances, in points, from 0 to below 1,000,000.</param>
    /// <param name="sigma">Deviation of the bell curve in points, above 0: small ones crumple, large shift.</param>
    /// <param name="fill">What comes in from beyond the edge, as the picture's numbers.</param>
    /// <param name="interpolation">What stands between the points.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not in its range.</exception>
    public ElasticTransform(
        double alpha, double sigma, float fill = 0, Interpolation interpolation = Interpolation.Bilinear)
    {
        Amount.Check("ElasticTransform", nameof(alpha), alpha, 1e6);
        if (!(sigma > 0 && sigma <= 1000))
        {
            throw new ArgumentOutOfRangeException(nameof(sigma), FormattableString.Invariant(
                $"ElasticTransform: sigma is {sigma}; expected a number above 0, at most 1000."));
        }
        Amount.Check("ElasticTransform", interpolation);
        (Alpha, Sigma, Fill, Interpolation) = (alpha, sigma, fill, interpolation);
        int reach = (int)Math.Ceiling(3 * sigma);
        double Height(int i) => Math.Exp(-(double)i * i / (2 * sigma * sigma));
        double[] bell = [.. Enumerable.Range(-reach, (2 * reach) + 1).Select(Height)];
        _bell = [.. bell.Select(b => (float)(b / bell.Sum()))];
    }

    /// <summary>Factor of the smoothed distances, in points.</summary>
    public double Alpha { get; }

    /// <summary>Deviation of the bell curve, in points.</summary>
    public double Sigma { get; }

    /// <summary>What comes in from beyond the edge.</summary>
    public float Fill { get; }

    /// <summary>What stands between the points.</summary>
    public Interpolation Interpolation { get; }

    /// <inheritdoc/>
    protected override void Apply(ReadOnlySpan<float> from, Span<float> to, ImageSize size, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        // Both fields below each other.
        var field = new float[2 * size.Plane];
        RandomNumbers.Uniform(rng, field, (float)-Alpha, (float)Alpha);
        Span<float> right = field.AsSpan(0, size.Plane), down = field.AsSpan(size.Plane);
        Smooth(right, size);
        Smooth(down, size);
        Resampling.Displaced(from, to, size, right, down, new Sampling(Interpolation, Fill));
    }

    // Along columns into a buffer whose rows have zeros on both sides, then along its rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Smooth(Span<float> field, ImageSize size)
    {
        int w = size.Width, h = size.Height, reach = _bell.Length / 2, stride = w + (2 * reach);
        var columns = new float[stride * h];
        fixed (float* x = field, middle = columns, bell = _bell)
        {
            for (int y = 0; y < h; y++)
            {
                int first = Math.Max(0, reach - y), last = Math.Min(2 * reach, h - 1 - y + reach);
                Weighted(
                    x + ((y + first - reach) * w), w, bell + first, last - first + 1, middle + (y * stride) + reach, w);
            }
            for (int y = 0; y < h; y++) Weighted(middle + (y * stride), 1, bell, _bell.Length, x + (y * w), w);
        }
    }

    // to[i] = sum of bell[k] * from[i + k * step]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weighted(float* from, int step, float* bell, int taps, float* to, int count)
    {
        int i = 0;
        for (; i <= count - 16; i += 16)
        {
            Vector256<float> a = Vector256<float>.Zero, b = a;
            for (int k = 0; k < taps; k++)
            {
                var weight = Vector256.Create(bell[k]);
                a += weight * Vector256.Load(from + i + (k * step));
                b += weight * Vector256.Load(from + i + (k * step) + 8);
            }
            Vector256.Store(a, to + i);
            Vector256.Store(b, to + i + 8);
        }
        for (; i < count; i++)
        {
            float sum = 0;
            for (int k = 0; k < taps; k++) sum += bell[k] * from[i + (k * step)];
            to[i] = sum;
        }
    }
}
