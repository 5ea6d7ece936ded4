namespace ChainRule.Data;

/// <summary>
/// Draws one handwritten digit: chooses a handwriting, lets the hand err, bends the paper, and inks the strokes with
/// an anti-aliased pen. Every sample has its own generator, and the arithmetic is additions, multiplications,
/// divisions and square roots only, so a sample has the same bytes on every machine.
/// </summary>
internal ref struct DigitPen
{
    internal const int Size = 28;
    private const int MaxPoints = 192;
    private const int StepsPerSpan = 6;
    private const int FieldNodes = 5;

    private Rng _rng;
    private readonly Span<float> _x, _y, _radius;   // the pen's path in pixels, sampled
    private readonly Span<bool> _lifted;            // true where a stroke begins: no ink from the point before
    private int _points;

    internal DigitPen(Rng rng, Span<float> buffer, Span<bool> lifted)
    {
        _rng = rng;
        _x = buffer[..MaxPoints];
        _y = buffer.Slice(MaxPoints, MaxPoints);
        _radius = buffer.Slice(2 * MaxPoints, MaxPoints);
        _lifted = lifted;
    }

    /// <summary>Draws sample <paramref name="index"/> of a seed into 784 pixels; returns the digit.</summary>
    internal static int Draw(ulong seed, ulong index, Span<byte> pixels)
    {
        var pen = new DigitPen(new Rng(seed, index), stackalloc float[3 * MaxPoints], stackalloc bool[MaxPoints]);
        int digit = pen.Choose(10);
        pen.Trace(pen.ChooseGlyph(digit));
        pen.Place();
        pen.Ink(pixels);
        return digit;
    }

    private DigitGlyphs.Glyph ChooseGlyph(int digit)
    {
        var glyphs = DigitGlyphs.Of(digit);
        float total = 0;
        foreach (var glyph in glyphs) total += glyph.Weight;
        float at = Uniform(0, total);
        foreach (var glyph in glyphs)
            if ((at -= glyph.Weight) < 0) return glyph;
        return glyphs[^1];
    }

    /// <summary>The pen's path over the paper, in pixels, around (0, 0).</summary>
    private void Trace(in DigitGlyphs.Glyph glyph)
    {
        // The hand: size in pixels, proportions, lean and turn of the whole figure.
        float height = 18f + 5f * Bell();
        float width = height * (0.80f + 0.34f * Bell());
        float slant = 0.12f + 0.62f * Bell();
        float turn = 0.24f * Bell();                                     // tangent of half the angle
        float cos = (1 - turn * turn) / (1 + turn * turn), sin = 2 * turn / (1 + turn * turn);
        float wobble = Uniform(0.025f, 0.08f);                           // of the box, per point

        // The paper: a smooth random displacement, cubic B-spline over a coarse grid of nodes.
        const int nodes = FieldNodes * FieldNodes;
        Span<float> bendX = stackalloc float[nodes], bendY = stackalloc float[nodes];
        float bend = Uniform(0.12f, 0.50f);
        for (int i = 0; i < bendX.Length; i++) { bendX[i] = bend * Bell(); bendY[i] = bend * Bell(); }

        // The pen: its half width, and how the pressure changes along the path.
        float radius = 1.25f + 0.75f * Bell();
        Span<float> pressure = stackalloc float[6];
        for (int i = 0; i < pressure.Length; i++) pressure[i] = radius * (1 + 0.28f * Bell());

        Span<float> px = stackalloc float[24], py = stackalloc float[24];
        int strokes = glyph.Strokes.Length;
        float lastX = float.NaN, lastY = float.NaN;
        for (int s = 0; s < strokes; s++)
        {
            var stroke = glyph.Strokes[s];
            int n = stroke.Length;
            bool joined = s > 0 && stroke[0] == glyph.Strokes[s - 1][^1];
            bool goesOn = s + 1 < strokes && stroke[^1] == glyph.Strokes[s + 1][0];
            for (int i = 0; i < n; i++)
            {
                px[i] = stroke[i].X / 100 - 0.5f + wobble * Bell();
                py[i] = stroke[i].Y / 100 - 0.5f + wobble * Bell();
            }
            // A free end stops short or runs on; a joined one continues exactly where the pen is.
            if (joined) { px[0] = lastX; py[0] = lastY; }
            else Stretch(ref px[0], ref py[0], px[1], py[1], Uniform(-0.30f, 0.25f));
            if (!goesOn) Stretch(ref px[n - 1], ref py[n - 1], px[n - 2], py[n - 2], Uniform(-0.30f, 0.30f));
            lastX = px[n - 1]; lastY = py[n - 1];

            int spans = n - 1;
            for (int i = 0; i <= spans * StepsPerSpan; i++)
            {
                int span = Math.Min(i / StepsPerSpan, spans - 1);
                float t = (i - span * StepsPerSpan) / (float)StepsPerSpan;
                float x = CatmullRom(px[..n], span, t), y = CatmullRom(py[..n], span, t);
                float dx = Field(bendX, x, y), dy = Field(bendY, x, y);
                x = width * (x + dx); y = height * (y + dy);
                x -= slant * y;
                float along = (s + (float)i / (spans * StepsPerSpan)) / strokes * (pressure.Length - 1);
                int knot = Math.Min((int)along, pressure.Length - 2);
                float r = pressure[knot] + (along - knot) * (pressure[knot + 1] - pressure[knot]);
                Add(cos * x - sin * y, sin * x + cos * y, MathF.Max(r, 0.55f), lifted: i == 0 && !joined);
            }
        }
    }

    /// <summary>Moves the path so that its middle lies near the picture's and no ink leaves the picture.</summary>
    private void Place()
    {
        float minX = float.MaxValue, maxX = float.MinValue, minY = float.MaxValue, maxY = float.MinValue;
        float sumX = 0, sumY = 0, ink = 0;
        for (int i = 0; i < _points; i++)
        {
            minX = MathF.Min(minX, _x[i] - _radius[i]); maxX = MathF.Max(maxX, _x[i] + _radius[i]);
            minY = MathF.Min(minY, _y[i] - _radius[i]); maxY = MathF.Max(maxY, _y[i] + _radius[i]);
            if (i == 0 || _lifted[i]) continue;
            float dx = _x[i] - _x[i - 1], dy = _y[i] - _y[i - 1];
            float weight = MathF.Sqrt(dx * dx + dy * dy) * (_radius[i] + _radius[i - 1]);
            sumX += weight * (_x[i] + _x[i - 1]) / 2;
            sumY += weight * (_y[i] + _y[i - 1]) / 2;
            ink += weight;
        }
        // A figure too large for the picture is drawn smaller, as a hand would.
        const float room = Size - 2;
        float shrink = MathF.Min(1, MathF.Min(room / (maxX - minX), room / (maxY - minY)));
        float moveX = Size / 2f - shrink * sumX / ink + 2.7f * Bell();
        float moveY = Size / 2f - shrink * sumY / ink + 2.7f * Bell();
        moveX = MathF.Min(MathF.Max(moveX, 1 - shrink * minX), Size - 1 - shrink * maxX);
        moveY = MathF.Min(MathF.Max(moveY, 1 - shrink * minY), Size - 1 - shrink * maxY);
        for (int i = 0; i < _points; i++)
        {
            _x[i] = shrink * _x[i] + moveX;
            _y[i] = shrink * _y[i] + moveY;
            _radius[i] *= shrink;
        }
    }

    /// <summary>Inks the path: coverage by distance from the stroke, uneven ink, grain of paper and scanner.</summary>
    private void Ink(Span<byte> pixels)
    {
        Span<float> coverage = stackalloc float[Size * Size];
        coverage.Clear();
        for (int i = 1; i < _points; i++)
            if (!_lifted[i]) InkSegment(coverage, i);

        float dark = 255 * Uniform(0.80f, 1.02f), uneven = Uniform(0, 0.22f);
        float grain = Uniform(0, 1);
        grain = 26 * grain * grain * grain;                              // most scans are clean, some are not
        for (int i = 0; i < coverage.Length; i++)
        {
            uint bits = _rng.NextUInt32();                               // two small bell-shaped errors from one draw
            float paper = ((bits & 255) + (bits >> 8 & 255)) / 255f - 1;
            float pen = ((bits >> 16 & 255) + (bits >> 24)) / 255f - 1;
            float value = coverage[i] * dark * (1 - uneven * MathF.Abs(pen)) + grain * paper;
            pixels[i] = (byte)Math.Clamp(value + 0.5f, 0, 255);
        }
    }

    private readonly void InkSegment(Span<float> coverage, int to)
    {
        const float edge = 0.65f;                                        // half the width of the soft edge, in pixels
        float ax = _x[to - 1], ay = _y[to - 1], ar = _radius[to - 1];
        float bx = _x[to] - ax, by = _y[to] - ay, br = _radius[to] - ar;
        float scale = 1 / MathF.Max(bx * bx + by * by, 1e-6f);
        float reach = MathF.Max(ar, _radius[to]) + edge;
        int left = Math.Max(0, (int)(MathF.Min(ax, _x[to]) - reach));
        int right = Math.Min(Size - 1, (int)(MathF.Max(ax, _x[to]) + reach));
        int top = Math.Max(0, (int)(MathF.Min(ay, _y[to]) - reach));
        int bottom = Math.Min(Size - 1, (int)(MathF.Max(ay, _y[to]) + reach));
        for (int row = top; row <= bottom; row++)
        {
            float py = row + 0.5f - ay;
            for (int column = left; column <= right; column++)
            {
                float px = column + 0.5f - ax;
                float t = Math.Clamp((px * bx + py * by) * scale, 0, 1);
                float dx = px - t * bx, dy = py - t * by;
                float inside = ar + t * br + edge - MathF.Sqrt(dx * dx + dy * dy);
                ref float cell = ref coverage[row * Size + column];
                cell = MathF.Max(cell, MathF.Min(1, inside / (2 * edge)));
            }
        }
    }

    private void Add(float x, float y, float radius, bool lifted)
    {
        _x[_points] = x;
        _y[_points] = y;
        _radius[_points] = radius;
        _lifted[_points++] = lifted;
    }

    private static void Stretch(ref float endX, ref float endY, float x, float y, float by)
    {
        endX += by * (endX - x);
        endY += by * (endY - y);
    }

    /// <summary>The Catmull-Rom curve between points <paramref name="span"/> and span + 1, at t in 0..1.</summary>
    private static float CatmullRom(ReadOnlySpan<float> p, int span, float t)
    {
        float b = p[span], c = p[span + 1];
        float a = span > 0 ? p[span - 1] : 2 * b - c, d = span + 2 < p.Length ? p[span + 2] : 2 * c - b;
        return b + 0.5f * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
    }

    /// <summary>A uniform cubic B-spline over the box -0.5..0.5 with 5 x 5 nodes, some beyond it.</summary>
    private static float Field(ReadOnlySpan<float> nodes, float x, float y)
    {
        const int cells = FieldNodes - 3;
        float u = cells * Math.Clamp(x + 0.5f, 0, 0.999f), v = cells * Math.Clamp(y + 0.5f, 0, 0.999f);
        int column = (int)u, row = (int)v;
        Span<float> wx = stackalloc float[4], wy = stackalloc float[4];
        BSpline(u - column, wx);
        BSpline(v - row, wy);
        float sum = 0;
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++)
                sum += wy[i] * wx[j] * nodes[(row + i) * FieldNodes + column + j];
        return sum;
    }

    private static void BSpline(float t, Span<float> weights)
    {
        float s = 1 - t;
        weights[0] = s * s * s / 6;
        weights[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
        weights[2] = (3 * s * s * s - 6 * s * s + 4) / 6;
        weights[3] = t * t * t / 6;
    }

    private int Choose(int choices) => (int)((ulong)_rng.NextUInt32() * (uint)choices >> 32);

    private float Uniform(float low, float high) => low + (high - low) * (_rng.NextUInt32() >> 8) * (1f / (1 << 24));

    /// <summary>Bell-shaped, within -1..1, standard deviation 1/3: the mean of three uniform numbers.</summary>
    private float Bell() => (Uniform(-1, 1) + Uniform(-1, 1) + Uniform(-1, 1)) / 3;
}
