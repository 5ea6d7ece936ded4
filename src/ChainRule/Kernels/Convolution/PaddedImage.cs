using System.Runtime.CompilerServices;

namespace ChainRule.Kernels.Convolution;

/// <summary>
/// Layout of the copy of one image that a correlation reads: zeros around it, so that no tap needs a bounds check.
/// </summary>
/// <remarks>
/// With stride s along the width a row is stored as its s residue classes, one after the other. The pixels that one tap
/// visits along an output row are then neighbours for every stride and dilation, and whole vectors can be loaded.
/// </remarks>
internal readonly struct PaddedImage
{
    // Vector loads may run past the last pixel.
    private const int Slack = 64;

    private readonly Extent source;
    private readonly Extent before;
    private readonly Extent size;
    private readonly int classes;
    private readonly int classLength;

    /// <param name="channels">Channels of the image.</param>
    /// <param name="source">Size of the image.</param>
    /// <param name="before">
    /// Zeros before its first element in each dimension; where negative, elements are left out.
    /// </param>
    /// <param name="size">Size with zeros before and after; what lies beyond is left out.</param>
    /// <param name="classes">Stride along the width.</param>
    /// <param name="line">
    /// Numbers in a line of the cache, where rows are to begin at one each (with one class); else 1.
    /// </param>
    public PaddedImage(int channels, Extent source, Extent before, Extent size, int classes, int line = 1)
    {
        Channels = channels;
        this.source = source;
        this.before = before;
        this.size = size;
        this.classes = classes;
        classLength = (size.W + classes - 1) / classes;
        Lead = classes == 1 ? (line - (before.W % line)) % line : 0;
        if (before.W < 0) Lead = 0;
        Row = checked(classLength * classes);
        if (classes == 1) Row = checked((Row + line - 1) / line * line);
        Plane = checked(Row * size.H);
        Channel = checked(Plane * size.D);
        Length = checked((Channel * channels) + Lead + Slack + line - 1) / line * line;
        Length = (Length + 15) & ~15;
    }

    /// <summary>How far the copy lies into its memory, so that the first pixel of a row begins a line.</summary>
    public int Lead { get; }

    public int Channels { get; }

    public int Row { get; }

    public int Plane { get; }

    public int Channel { get; }

    /// <summary>Elements that the copy takes.</summary>
    public int Length { get; }

    /// <summary>Offset of column w: of its class, then of its place there.</summary>
    public int Column(int w) => classes == 1 ? w : (w % classes * classLength) + (w / classes);

    /// <summary>Fills the copy from one image.</summary>
    /// <param name="image">The image, contiguous.</param>
    /// <param name="target">The copy.</param>
    /// <param name="fill">False where the surroundings are there already, from an image of this layout before.</param>
    /// <param name="around">What lies around the image.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly unsafe void Copy<TVec, T>(T* image, T* target, bool fill = true, T around = default)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        if (fill) new Span<T>(target - Lead, Length).Fill(around);
        int d0 = Math.Max(0, -before.D), d1 = Math.Min(source.D, size.D - before.D);
        int h0 = Math.Max(0, -before.H), h1 = Math.Min(source.H, size.H - before.H);
        int w0 = Math.Max(0, -before.W), w1 = Math.Min(source.W, size.W - before.W);
        if (w1 <= w0) return;
        nint count = w1 - w0;
        for (nint c = 0; c < Channels; c++)
        {
            for (nint d = d0; d < d1; d++)
            {
                T* from = image + ((((c * source.D) + d) * source.H + h0) * source.W) + w0;
                T* to = target + (c * Channel) + ((d + before.D) * Plane) + ((h0 + before.H) * Row);
                if (classes > 1)
                {
                    Deal<TVec, T>(from, to, w0 + before.W, (int)count, h1 - h0);
                    continue;
                }
                for (nint h = h0; h < h1; h++)
                {
                    CopyRow<TVec, T>(from, to + w0 + before.W, count);
                    from += source.W;
                    to += Row;
                }
            }
        }
    }

    // A copy through spans costs more than most of these rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void CopyRow<TVec, T>(T* from, T* to, nint count)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        nint i = 0;
        for (; i <= count - TVec.Count; i += TVec.Count) TVec.Store(to + i, TVec.Load(from + i));
        if (i == count) return;
        if (i > 0) TVec.Store(to + count - TVec.Count, TVec.Load(from + count - TVec.Count));
        else if (TVec.Count == 16) TVec.StorePartial(to, TVec.LoadPartial(from, (int)count), (int)count);
        else
        {
            for (; i < count; i++) to[i] = from[i];
        }
    }

    /// <summary>Copies rows, dealing their numbers to the classes in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly unsafe void Deal<TVec, T>(T* from, T* to, int first, int count, int rows)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        int residue = first % classes, place = first / classes, done = 0;
        if (classes == 2 && TVec.Count > 1)
        {
            // Numbers at even places go to one class and those at odd places to the other, two vectors at a time.
            T* even = to + (residue * classLength) + place;
            T* odd = to + (residue == 0 ? classLength : 0) + place + residue;
            for (; done <= count - (2 * TVec.Count); done += 2 * TVec.Count)
                Halve<TVec, T>(from + done, even + (done / 2), odd + (done / 2), rows, 2 * TVec.Count);
            if (count - done > 4 && TVec.Count * sizeof(T) == 64)
            {
                Halve<TVec, T>(from + done, even + (done / 2), odd + (done / 2), rows, count - done);
                return;
            }
            if (done == count) return;
            place += done / 2;
        }
        for (; rows > 0; rows--)
        {
            for (int i = done, r = residue, p = place; i < count; i++)
            {
                to[(r * classLength) + p] = from[i];
                if (++r < classes) continue;
                r = 0;
                p++;
            }
            from += source.W;
            to += Row;
        }
    }

    /// <summary>
    /// The first two vectors of each row to even and odd places, or <paramref name="count"/> numbers of them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly unsafe void Halve<TVec, T>(T* from, T* even, T* odd, int rows, int count)
        where TVec : struct, ISimdVec<TVec, T>
        where T : unmanaged
    {
        nint step = source.W, row = Row;
        int low = Math.Min(count, TVec.Count), high = count - low, evens = (count + 1) / 2, odds = count / 2;
        for (; rows > 0; rows--)
        {
            if (TVec.Count * sizeof(T) == 64)
            {
                // Whole or not, the masks are made once and cost nothing in the loop.
                TVec a = TVec.LoadPartial(from, low), b = TVec.LoadPartial(from + low, high);
                TVec.StorePartial(even, TVec.Even(a, b), evens);
                TVec.StorePartial(odd, TVec.Odd(a, b), odds);
            }
            else
            {
                TVec a = TVec.Load(from), b = TVec.Load(from + TVec.Count);
                TVec.Store(even, TVec.Even(a, b));
                TVec.Store(odd, TVec.Odd(a, b));
            }
            from += step;
            even += row;
            odd += row;
        }
    }
}
