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
    public PaddedImage(int channels, Extent source, Extent before, Extent size, int classes)
    {
        Channels = channels;
        this.source = source;
        this.before = before;
        this.size = size;
        this.classes = classes;
        classLength = (size.W + classes - 1) / classes;
        Row = checked(classLength * classes);
        Plane = checked(Row * size.H);
        Channel = checked(Plane * size.D);
        Length = checked((Channel * channels) + Slack);
    }

    public int Channels { get; }

    public int Row { get; }

    public int Plane { get; }

    public int Channel { get; }

    /// <summary>Elements that the copy takes.</summary>
    public int Length { get; }

    /// <summary>Offset of column w: of its class, then of its place there.</summary>
    public int Column(int w) => classes == 1 ? w : (w % classes * classLength) + (w / classes);

    /// <summary>Fills the copy from one image, with <paramref name="around"/> where there is no image.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly unsafe void Copy<T>(T* image, T* target, T around = default)
        where T : unmanaged
    {
        new Span<T>(target, Length).Fill(around);
        int d0 = Math.Max(0, -before.D), d1 = Math.Min(source.D, size.D - before.D);
        int h0 = Math.Max(0, -before.H), h1 = Math.Min(source.H, size.H - before.H);
        int w0 = Math.Max(0, -before.W), w1 = Math.Min(source.W, size.W - before.W);
        if (w1 <= w0) return;
        for (nint c = 0; c < Channels; c++)
        {
            for (nint d = d0; d < d1; d++)
            {
                for (nint h = h0; h < h1; h++)
                {
                    T* from = image + ((((c * source.D) + d) * source.H + h) * source.W) + w0;
                    T* to = target + (c * Channel) + ((d + before.D) * Plane) + ((h + before.H) * Row);
                    if (classes == 1) new Span<T>(from, w1 - w0).CopyTo(new Span<T>(to + w0 + before.W, w1 - w0));
                    else Deal(from, to, w0 + before.W, w1 - w0);
                }
            }
        }
    }

    private readonly unsafe void Deal<T>(T* from, T* to, int first, int count)
        where T : unmanaged
    {
        int residue = first % classes, place = first / classes;
        for (int i = 0; i < count; i++)
        {
            to[(residue * classLength) + place] = from[i];
            if (++residue == classes)
            {
                residue = 0;
                place++;
            }
        }
    }
}
