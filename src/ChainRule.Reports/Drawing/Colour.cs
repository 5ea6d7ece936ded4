using System.Globalization;

namespace ChainRule.Reports;

/// <summary>A colour, 8 bits for each part.</summary>
internal readonly record struct Colour(byte R, byte G, byte B)
{
    public static readonly Colour White = new(255, 255, 255), Ink = new(34, 34, 34), Quiet = new(102, 102, 102),
        Grid = new(230, 230, 230), Axis = new(140, 140, 140), Missing = new(204, 204, 204);

    /// <summary>For what is right, and for what is wrong: blue and vermilion, apart for every kind of eye.</summary>
    public static readonly Colour Right = new(0, 114, 178), Wrong = new(213, 94, 0);

    /// <summary>Colours of series, in order.</summary>
    /// <remarks>Source: Okabe and Ito 2008, "Color Universal Design"; its yellow, too light on white, is left out.
    /// </remarks>
    private static readonly Colour[] Cycle =
        [Right, Wrong, new(0, 158, 115), new(204, 121, 167), new(230, 159, 0), new(86, 180, 233), new(0, 0, 0)];

    // White to dark blue, and blue over white to vermilion: both grow darker steadily, so they survive grey printing.
    private static readonly Colour[] Blues =
        [new(255, 255, 255), new(198, 219, 239), new(107, 174, 214), new(33, 113, 181), new(8, 48, 107)];

    private static readonly Colour[] BlueToRed =
        [new(5, 80, 140), new(103, 169, 207), new(247, 247, 247), new(239, 150, 98), new(178, 64, 0)];

    /// <summary>How many series differ by colour alone.</summary>
    public static int CycleLength => Cycle.Length;

    /// <summary>Colour of the n-th series.</summary>
    public static Colour OfSeries(int index) => Cycle[index % Cycle.Length];

    /// <summary>Colour of a share of 0 to 1.</summary>
    public static Colour Sequential(double share) => On(Blues, share);

    /// <summary>Colour of a share of 0 to 1, whose middle is white.</summary>
    public static Colour Diverging(double share) => On(BlueToRed, share);

    /// <summary>This colour laid over another.</summary>
    public Colour Over(Colour below, double coverage) => new(
        Mix(below.R, R, coverage), Mix(below.G, G, coverage), Mix(below.B, B, coverage));

    /// <summary>Whether white text reads better on it than black.</summary>
    public bool IsDark => 0.299 * R + 0.587 * G + 0.114 * B < 140;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{R:x2}{G:x2}{B:x2}");

    private static Colour On(Colour[] scale, double share)
    {
        if (!double.IsFinite(share)) return Missing;
        double place = Math.Clamp(share, 0, 1) * (scale.Length - 1);
        int low = Math.Min((int)place, scale.Length - 2);
        return scale[low + 1].Over(scale[low], place - low);
    }

    private static byte Mix(byte below, byte above, double share) => (byte)Math.Round(below + (above - below) * share);
}
