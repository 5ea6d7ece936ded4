namespace ChainRule.Kernels.Convolution;

/// <summary>
/// One sum over taps for a set of pixels: out[m, p] = sum over k of weight(m, k) * image[Tap[k] + Pixel[p]].
/// </summary>
/// <remarks>
/// Two tables of offsets into the padded image say everything about stride, dilation, padding and dimension. A forward
/// pass is one such sum; a backward pass to the data is one for each residue of the input position modulo the stride.
/// </remarks>
internal unsafe struct Correlation
{
    public int Taps;
    public int* Tap;

    /// <summary>weight(m, k) lies at m * WeightRow + Weight[k] in a group's weights.</summary>
    public int* Weight;
    public int WeightRow;

    public int Pixels;
    public int* Pixel;

    /// <summary>Where each pixel goes in a plane of the output; null where that is pixel p at p.</summary>
    public int* Target;

    /// <summary>Index of the first piece of each panel of pixels, and one more for the end.</summary>
    public int* PanelStart;

    /// <summary>
    /// Runs of pixels that are neighbours in the image, cut to a vector: offset in the image, column in the panel.
    /// </summary>
    public int* PieceSource;
    public int* PieceColumn;

    /// <summary>Where taps and pixels are plain rows; else zero.</summary>
    public CorrelationRows Rows;
}

/// <summary>
/// A correlation of images in which the windows of one output row lie one image row after those of the row before, and
/// rows and columns of the kernel are neighbours.
/// </summary>
internal struct CorrelationRows
{
    public int Kernel;
    public int KernelColumns;
    public int Width;
    public int Height;
    public int ImageRow;
    public int ImageChannel;

    /// <summary>Whether the first tap lies at the window's end: the backward pass.</summary>
    public bool Backwards;

    public static CorrelationRows Of(in ConvolutionShape s, in PaddedImage image, Extent output, bool backwards)
    {
        bool plain = s.Kernel.D == 1 && s.Stride == Extent.One && s.Dilation.H == 1 && s.Dilation.W == 1
            && output.D == 1;
        if (!plain) return default;
        return new CorrelationRows
        {
            Kernel = s.Kernel.H,
            KernelColumns = s.Kernel.W,
            Width = output.W,
            Height = output.H,
            ImageRow = image.Row,
            ImageChannel = image.Channel,
            Backwards = backwards,
        };
    }
}

/// <summary>The tables of a whole pass, made once a call and read by all threads.</summary>
internal unsafe ref struct CorrelationTables
{
    private int* next;

    /// <summary>
    /// Enough for <paramref name="count"/> correlations with together the given numbers of taps and pixels.
    /// </summary>
    public CorrelationTables(int count, long taps, long pixels)
    {
        long bytes = ((long)count * (sizeof(Correlation) + 64)) + (sizeof(int) * ((2 * taps) + (5 * pixels)));
        List = (Correlation*)Scratch.Rent(ScratchUse.ConvolutionTables, (nint)bytes);
        new Span<Correlation>(List, count).Clear();
        next = (int*)(List + count);
    }

    public Correlation* List { get; }

    private int* Take(int count)
    {
        int* taken = next;
        next += count;
        return taken;
    }

    /// <summary>The one correlation of a forward pass, over the padded input.</summary>
    public static Correlation* Forward(in ConvolutionShape s, in PaddedImage image, int panel, int vector)
    {
        Extent o = s.Output, k = s.Kernel;
        var tables = new CorrelationTables(1, s.Depth, o.Volume);
        Correlation* one = tables.List;
        one->Taps = s.Depth;
        one->Tap = tables.Take(s.Depth);
        one->Weight = tables.Take(s.Depth);
        one->WeightRow = s.Depth;
        int i = 0;
        for (int c = 0; c < s.InputPerGroup; c++)
        {
            foreach (Extent at in k.Positions)
            {
                one->Weight[i] = i;
                one->Tap[i++] = (c * image.Channel) + (at.D * s.Dilation.D * image.Plane)
                    + (at.H * s.Dilation.H * image.Row) + image.Column(at.W * s.Dilation.W);
            }
        }

        one->Pixels = o.Volume;
        one->Pixel = tables.Take(o.Volume);
        i = 0;
        foreach (Extent at in o.Positions)
            one->Pixel[i++] = (at.D * s.Stride.D * image.Plane) + (at.H * s.Stride.H * image.Row) + at.W;
        one->Rows = CorrelationRows.Of(s, image, o, backwards: false);
        tables.Cut(one, panel, vector);
        return one;
    }

    /// <summary>
    /// The correlations of a backward pass to the data, over the padded gradient of the output.
    /// </summary>
    /// <remarks>
    /// Input position i receives from output o through tap k where i + padding = o * stride + k * dilation. Positions
    /// whose i + padding leave the same residue r use the same taps, those with k * dilation = r modulo the stride;
    /// with q = (i + padding) / stride and shift = k * dilation / stride (rounded down), o = q - shift: a stride of 1.
    /// </remarks>
    public static Correlation* BackwardData(
        in ConvolutionShape s, in PaddedImage image, int panel, int vector, out int count)
    {
        count = s.Stride.Volume;
        var tables = new CorrelationTables(count, (long)s.OutputPerGroup * s.Kernel.Volume, s.Input.Volume);
        Correlation* one = tables.List;
        foreach (Extent residue in s.Stride.Positions)
        {
            tables.TapsOf(one, s, image, residue);
            tables.PositionsOf(one, s, image, residue);
            one->Rows = CorrelationRows.Of(s, image, s.Input, backwards: true);
            tables.Cut(one, panel, vector);
            one++;
        }
        return tables.List;
    }

    private void TapsOf(Correlation* one, in ConvolutionShape s, in PaddedImage image, Extent residue)
    {
        Extent st = s.Stride, k = s.Kernel, dilation = s.Dilation;
        int lastD = (k.D - 1) * s.Dilation.D / st.D, lastH = (k.H - 1) * s.Dilation.H / st.H;
        int lastW = (k.W - 1) * s.Dilation.W / st.W;

        // How many there are of one channel, then the two tables.
        int each = 0;
        foreach (Extent at in k.Positions)
        {
            if (Belongs(at)) each++;
        }
        one->Taps = each * s.OutputPerGroup;
        one->Tap = Take(one->Taps);
        one->Weight = Take(one->Taps);
        one->WeightRow = k.Volume;
        int i = 0;
        for (int oc = 0; oc < s.OutputPerGroup; oc++)
        {
            foreach (Extent at in k.Positions)
            {
                if (!Belongs(at)) continue;
                int shiftD = at.D * dilation.D / st.D, shiftH = at.H * dilation.H / st.H;
                int shiftW = at.W * dilation.W / st.W;
                one->Tap[i] = (oc * image.Channel) + ((lastD - shiftD) * image.Plane)
                    + ((lastH - shiftH) * image.Row) + lastW - shiftW;
                one->Weight[i++] = (oc * s.Depth) + (((at.D * k.H) + at.H) * k.W) + at.W;
            }
        }

        bool Belongs(Extent at) => at.D * dilation.D % st.D == residue.D && at.H * dilation.H % st.H == residue.H
            && at.W * dilation.W % st.W == residue.W;
    }

    private void PositionsOf(Correlation* one, in ConvolutionShape s, in PaddedImage image, Extent residue)
    {
        Extent st = s.Stride, pad = s.Padding;
        int d0 = Start(residue.D, pad.D, st.D), h0 = Start(residue.H, pad.H, st.H), w0 = Start(residue.W, pad.W, st.W);
        var count = new Extent(
            Count(s.Input.D, d0, st.D), Count(s.Input.H, h0, st.H), Count(s.Input.W, w0, st.W));
        one->Pixels = count.Volume;
        one->Pixel = Take(one->Pixels);
        if (st != Extent.One) one->Target = Take(one->Pixels);
        int i = 0;
        foreach (Extent at in count.Positions)
        {
            int d = d0 + (at.D * st.D), h = h0 + (at.H * st.H), w = w0 + (at.W * st.W);
            one->Pixel[i] = ((((d + pad.D) / st.D) - (pad.D / st.D)) * image.Plane)
                + ((((h + pad.H) / st.H) - (pad.H / st.H)) * image.Row)
                + ((w + pad.W) / st.W) - (pad.W / st.W);
            if (st != Extent.One) one->Target[i] = (((d * s.Input.H) + h) * s.Input.W) + w;
            i++;
        }
    }

    /// <summary>The padded gradient that <see cref="BackwardData"/> reads.</summary>
    public static PaddedImage GradientImage(in ConvolutionShape s, int line = 1)
    {
        (int beforeD, int sizeD) = Range(s.Input.D, s.Kernel.D, s.Stride.D, s.Padding.D, s.Dilation.D);
        (int beforeH, int sizeH) = Range(s.Input.H, s.Kernel.H, s.Stride.H, s.Padding.H, s.Dilation.H);
        (int beforeW, int sizeW) = Range(s.Input.W, s.Kernel.W, s.Stride.W, s.Padding.W, s.Dilation.W);
        return new PaddedImage(
            s.OutputPerGroup, s.Output, new(beforeD, beforeH, beforeW), new(sizeD, sizeH, sizeW), classes: 1, line);
    }

    /// <summary>The padded input that <see cref="Forward"/> reads.</summary>
    public static PaddedImage InputImage(in ConvolutionShape s, int line = 1)
    {
        Extent o = s.Output;
        var size = new Extent(
            ((o.D - 1) * s.Stride.D) + ((s.Kernel.D - 1) * s.Dilation.D) + 1,
            ((o.H - 1) * s.Stride.H) + ((s.Kernel.H - 1) * s.Dilation.H) + 1,
            ((o.W - 1) * s.Stride.W) + ((s.Kernel.W - 1) * s.Dilation.W) + 1);
        return new PaddedImage(s.InputPerGroup, s.Input, s.Padding, size, s.Stride.W, line);
    }

    private static (int Before, int Size) Range(int input, int kernel, int stride, int padding, int dilation)
    {
        int shift = (kernel - 1) * dilation / stride, first = padding / stride;
        return (shift - first, ((input - 1 + padding) / stride) - first + 1 + shift);
    }

    // The first position i >= 0 with (i + padding) % stride == residue.
    private static int Start(int residue, int padding, int stride) =>
        (((residue - padding) % stride) + stride) % stride;

    private static int Count(int size, int first, int stride) => Math.Max(0, (size - first + stride - 1) / stride);

    /// <summary>Cuts the pixels into panels, and panels into pieces that one vector load can fetch.</summary>
    private void Cut(Correlation* one, int panel, int vector)
    {
        panel = Math.Clamp(one->Pixels, 1, panel);
        int panels = (one->Pixels + panel - 1) / panel;
        one->PanelStart = Take(panels + 1);
        one->PieceSource = Take(one->Pixels);
        one->PieceColumn = Take(one->Pixels);
        int pieces = 0;
        for (int j = 0; j < panels; j++)
        {
            one->PanelStart[j] = pieces;
            int p = j * panel, end = Math.Min(p + panel, one->Pixels);
            while (p < end)
            {
                one->PieceSource[pieces] = one->Pixel[p];
                one->PieceColumn[pieces++] = p - (j * panel);
                int start = p++;
                while (p < end && p - start < vector && one->Pixel[p] == one->Pixel[p - 1] + 1) p++;
            }
        }
        one->PanelStart[panels] = pieces;
    }
}
