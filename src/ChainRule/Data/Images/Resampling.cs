using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ChainRule.Data;

/// <summary>Where a point of a picture comes from: x' = A x + B y + C, y' = D x + E y + F.</summary>
internal readonly record struct AffineMap(double A, double B, double C, double D, double E, double F)
{
    /// <summary>
    /// What turns, shears and scales a picture about its centre and then shifts it: the map from the result's points
    /// to the picture's.
    /// </summary>
    /// <param name="size">Size of the picture.</param>
    /// <param name="angle">Radians, from the x axis to the y axis: clockwise, since rows count downwards.</param>
    /// <param name="shear">Radians by which upright lines lean.</param>
    /// <param name="scale">Above 1 enlarges.</param>
    /// <param name="shiftX">Points to the right.</param>
    /// <param name="shiftY">Points downwards.</param>
    public static AffineMap ToSource(
        ImageSize size, double angle, double shear, double scale, double shiftX, double shiftY)
    {
        double cos = Math.Cos(angle), sin = Math.Sin(angle), lean = Math.Tan(shear);
        double x = (size.Width - 1) / 2.0, y = (size.Height - 1) / 2.0;
        AffineMap turn = new(
            scale * cos, scale * ((cos * lean) - sin), 0, scale * sin, scale * ((sin * lean) + cos), 0);
        var (a, b, _, d, e, _) = turn.Inverse();
        return new(
            a, b, x - (a * (x + shiftX)) - (b * (y + shiftY)), d, e, y - (d * (x + shiftX)) - (e * (y + shiftY)));
    }

    public AffineMap Inverse()
    {
        double scale = 1 / ((A * E) - (B * D)), a = E * scale, b = -B * scale, d = -D * scale, e = A * scale;
        return new(a, b, -(a * C) - (b * F), d, e, -(d * C) - (e * F));
    }
}

/// <summary>How a picture is taken at a place between its points.</summary>
/// <param name="Interpolation">From which neighbours.</param>
/// <param name="Fill">What lies beyond the edge.</param>
internal readonly record struct Sampling(Interpolation Interpolation, float Fill);

/// <summary>
/// Pictures taken at other places. All around a picture lie points of the fill, so that between neighbours its edge
/// fades into them over one point's width.
/// </summary>
internal static unsafe class Resampling
{
    /// <summary>The picture at the places that a map gives.</summary>
    /// <param name="from"><c>[C, H, W]</c>.</param>
    /// <param name="to"><c>[C, H, W]</c>.</param>
    /// <param name="size">Size of both.</param>
    /// <param name="map">From points of the result to places of the picture.</param>
    /// <param name="sampling">What stands at a place.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Affine(
        ReadOnlySpan<float> from, Span<float> to, ImageSize size, in AffineMap map, Sampling sampling)
    {
        int w = size.Width, h = size.Height;
        float[] points = new float[2 * w], border = Bordered(from, size, sampling.Fill);
        var (a, d) = ((float)map.A, (float)map.D);
        fixed (float* xs = points, source = border, result = to)
        {
            float* ys = xs + w;
            for (int y = 0; y < h; y++)
            {
                var (x0, y0) = ((float)((map.B * y) + map.C), (float)((map.E * y) + map.F));
                for (int x = 0; x < w; x++) (xs[x], ys[x]) = ((a * x) + x0, (d * x) + y0);
                Row(source, result + (y * w), size, sampling, xs, ys);
            }
        }
    }

    /// <summary>The picture at places beside the points of the result.</summary>
    /// <param name="from"><c>[C, H, W]</c>.</param>
    /// <param name="to"><c>[C, H, W]</c>.</param>
    /// <param name="size">Size of both.</param>
    /// <param name="right"><c>[H, W]</c> how far to the right; destroyed.</param>
    /// <param name="down"><c>[H, W]</c> how far below; destroyed.</param>
    /// <param name="sampling">What stands at a place.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Displaced(
        ReadOnlySpan<float> from, Span<float> to, ImageSize size, Span<float> right, Span<float> down,
        Sampling sampling)
    {
        int w = size.Width, h = size.Height;
        float[] border = Bordered(from, size, sampling.Fill);
        fixed (float* dx = right, dy = down, source = border, result = to)
        {
            for (int y = 0; y < h; y++)
            {
                float* xs = dx + (y * w), ys = dy + (y * w);
                for (int x = 0; x < w; x++) (xs[x], ys[x]) = (xs[x] + x, ys[x] + y);
                Row(source, result + (y * w), size, sampling, xs, ys);
            }
        }
    }

    // Each channel with one more row and column before it and two behind, so that no point needs a question: those
    // beyond the edge are moved onto the border.
    private static float[] Bordered(ReadOnlySpan<float> from, ImageSize size, float fill)
    {
        int w = size.Width, h = size.Height, stride = w + 3;
        var border = new float[size.Channels * stride * (h + 3)];
        if (fill != 0) Array.Fill(border, fill);
        for (int row = 0; row < size.Channels * h; row++)
        {
            int to = (((row / h * (h + 3)) + (row % h) + 1) * stride) + 1;
            from.Slice(row * w, w).CopyTo(border.AsSpan(to));
        }
        return border;
    }

    // A row of the result in every channel. Both forms compute the same bits, and a place that is no number is the
    // border's first point in both.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row(float* border, float* to, ImageSize size, Sampling sampling, float* xs, float* ys)
    {
        int w = size.Width, h = size.Height, stride = w + 3;
        if (sampling.Interpolation == Interpolation.Nearest)
        {
            for (int x = 0; x < w; x++) (xs[x], ys[x]) = (MathF.Floor(xs[x] + 0.5f), MathF.Floor(ys[x] + 0.5f));
        }
        for (int c = 0; c < size.Channels; c++, border += stride * (h + 3), to += size.Plane)
        {
            int x = 0;
            if (Avx2.IsSupported)
            {
                Vector256<float> one = Vector256<float>.One, right = Vector256.Create(w + 1f),
                    bottom = Vector256.Create(h + 1f);
                for (; x <= w - 8; x += 8)
                {
                    var px = Vector256.MinNative(
                        Vector256.MaxNative(Vector256.Load(xs + x) + one, Vector256<float>.Zero), right);
                    var py = Vector256.MinNative(
                        Vector256.MaxNative(Vector256.Load(ys + x) + one, Vector256<float>.Zero), bottom);
                    Vector256<int> ix = Vector256.ConvertToInt32Native(Vector256.Floor(px)),
                        iy = Vector256.ConvertToInt32Native(Vector256.Floor(py)),
                        at = ix + (iy * Vector256.Create(stride));
                    Vector256<float> fx = px - Vector256.ConvertToSingle(ix), fy = py - Vector256.ConvertToSingle(iy),
                        p00 = Avx2.GatherVector256(border, at, 4), p01 = Avx2.GatherVector256(border + 1, at, 4),
                        p10 = Avx2.GatherVector256(border + stride, at, 4),
                        p11 = Avx2.GatherVector256(border + stride + 1, at, 4),
                        top = p00 + (fx * (p01 - p00)), low = p10 + (fx * (p11 - p10));
                    Vector256.Store(top + (fy * (low - top)), to + x);
                }
            }
            for (; x < w; x++) to[x] = At(border, stride, w, h, xs[x], ys[x]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float At(float* border, int stride, int w, int h, float x, float y)
    {
        float px = x + 1 > 0 ? Math.Min(x + 1, w + 1) : 0, py = y + 1 > 0 ? Math.Min(y + 1, h + 1) : 0;
        int ix = (int)px, iy = (int)py;
        float fx = px - ix, fy = py - iy;
        float* p = border + (iy * stride) + ix;
        float top = p[0] + (fx * (p[1] - p[0])), low = p[stride] + (fx * (p[stride + 1] - p[stride]));
        return top + (fy * (low - top));
    }
}
