namespace ChainRule.Kernels.Convolution;

/// <summary>Numbers for depth, height and width. An image has depth 1, a sequence depth and height 1.</summary>
internal readonly record struct Extent(int D, int H, int W)
{
    public static readonly Extent One = new(1, 1, 1);
    public static readonly Extent Zero = new(0, 0, 0);

    public int Volume => checked(D * H * W);

    /// <summary>D, H and W as 0, 1 and 2.</summary>
    public int this[int dim] => dim switch { 0 => D, 1 => H, _ => W };

    public static Extent operator +(Extent a, Extent b) => new(a.D + b.D, a.H + b.H, a.W + b.W);

    public static Extent operator -(Extent a, Extent b) => new(a.D - b.D, a.H - b.H, a.W - b.W);

    public static Extent operator *(Extent a, Extent b) => new(a.D * b.D, a.H * b.H, a.W * b.W);

    /// <summary>Quotients, rounded towards 0.</summary>
    public static Extent operator /(Extent a, Extent b) => new(a.D / b.D, a.H / b.H, a.W / b.W);

    /// <summary>True where every number is in a range.</summary>
    public bool Within(int least, int most = int.MaxValue) =>
        Math.Min(D, Math.Min(H, W)) >= least && Math.Max(D, Math.Max(H, W)) <= most;

    /// <summary>All (d, h, w) below these numbers, the last index running fastest.</summary>
    public Positions Positions => new(this);
}

/// <summary>Enumerates the positions in a box without allocating.</summary>
internal struct Positions
{
    private readonly Extent limit;
    private int d;
    private int h;
    private int w;

    public Positions(Extent limit)
    {
        this.limit = limit;
        d = limit.H <= 0 || limit.W <= 0 ? limit.D : 0;
        w = -1;
    }

    public readonly Extent Current => new(d, h, w);

    public readonly Positions GetEnumerator() => this;

    public bool MoveNext()
    {
        if (++w >= limit.W)
        {
            w = 0;
            if (++h >= limit.H)
            {
                h = 0;
                d++;
            }
        }
        return d < limit.D;
    }
}

/// <summary>
/// Sizes of a convolution: x [N, C, D, H, W] with w [OC, C / groups, KD, KH, KW] gives y [N, OC, OD, OH, OW], all
/// contiguous.
/// </summary>
/// <remarks>
/// Output = floor((Input + 2 * Padding - Dilation * (Kernel - 1) - 1) / Stride) + 1 in each dimension. Callers have
/// checked that it is not negative and that the groups divide both numbers of channels.
/// </remarks>
internal readonly record struct ConvolutionShape(
    int Batch,
    int InputChannels,
    int OutputChannels,
    Extent Input,
    Extent Kernel,
    Extent Stride,
    Extent Padding,
    Extent Dilation,
    int Groups = 1)
{
    public Extent Output => new(
        Size(Input.D, Kernel.D, Stride.D, Padding.D, Dilation.D),
        Size(Input.H, Kernel.H, Stride.H, Padding.H, Dilation.H),
        Size(Input.W, Kernel.W, Stride.W, Padding.W, Dilation.W));

    public int InputPerGroup => InputChannels / Groups;

    public int OutputPerGroup => OutputChannels / Groups;

    /// <summary>Weights of one output channel: the length of each sum.</summary>
    public int Depth => checked(InputPerGroup * Kernel.Volume);

    public long InputLength => (long)Batch * InputChannels * Input.Volume;

    public long OutputLength => (long)Batch * OutputChannels * Output.Volume;

    public long WeightLength => (long)OutputChannels * Depth;

    /// <summary>A kernel of one tap at every pixel: a plain matrix product.</summary>
    public bool IsPointwise => Kernel == Extent.One && Stride == Extent.One && Padding == Extent.Zero;

    public static ConvolutionShape For2D(
        int batch, int channels, int height, int width, int outputChannels, int kernel,
        int stride = 1, int padding = 0) =>
        new(batch, channels, outputChannels, new(1, height, width), new(1, kernel, kernel), new(1, stride, stride),
            new(0, padding, padding), Extent.One);

    private static int Size(int input, int kernel, int stride, int padding, int dilation)
    {
        int span = input + (2 * padding) - (dilation * (kernel - 1)) - 1;
        return span < 0 ? 0 : (span / stride) + 1;
    }
}
