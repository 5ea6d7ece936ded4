using ChainRule.Kernels.Convolution;

namespace ChainRule.Ops;

/// <summary>
/// Options of operators over sequences (rank 1: int), images (2: Size2) and volumes (3: Size3) in the one form of the
/// kernels, and back as text.
/// </summary>
/// <remarks>
/// A dimension that the operator has not is one of size 1, with a kernel of 1, stride and dilation 1 and padding 0:
/// what is computed for all three dimensions changes nothing there.
/// </remarks>
internal static class Extents
{
    public static int Rank<TSize>()
        where TSize : struct =>
        typeof(TSize) == typeof(int) ? 1 : typeof(TSize) == typeof(Size2) ? 2 : 3;

    /// <summary>An option for the kernels; dimensions the operator has not get <paramref name="beyond"/>.</summary>
    public static Extent Of<TSize>(TSize size, int beyond)
        where TSize : struct => size switch
        {
            int w => new(beyond, beyond, w),
            Size2 s => new(beyond, s.H, s.W),
            Size3 s => new(s.D, s.H, s.W),
            _ => throw new InvalidOperationException($"{typeof(TSize)} is no size."),
        };

    /// <summary>An option with the same number for every dimension.</summary>
    public static TSize Uniform<TSize>(int number)
        where TSize : struct =>
        typeof(TSize) == typeof(int) ? (TSize)(object)number
        : typeof(TSize) == typeof(Size2) ? (TSize)(object)(Size2)number : (TSize)(object)(Size3)number;

    /// <summary>Sizes of the last dimensions of a tensor.</summary>
    public static Extent Of(Shape shape, int rank) =>
        new(rank > 2 ? shape[^3] : 1, rank > 1 ? shape[^2] : 1, shape[^1]);

    /// <summary>Batch and channels followed by the sizes of the dimensions.</summary>
    public static Shape ShapeOf(int n, int c, Extent size, int rank) => rank switch
    {
        1 => [n, c, size.W],
        2 => [n, c, size.H, size.W],
        _ => [n, c, size.D, size.H, size.W],
    };

    /// <summary>Positions from the first tap of a window to the last.</summary>
    public static Extent Span(Extent kernel, Extent dilation) => (dilation * (kernel - Extent.One)) + Extent.One;

    /// <summary>Entries before and after each dimension, in the form of <c>Tensor.Pad</c>.</summary>
    public static (int Before, int After)[] Pairs(int rank, Extent before, Extent after)
    {
        var pairs = new (int, int)[rank];
        for (int i = 0; i < rank; i++) pairs[i] = (before[3 - rank + i], after[3 - rank + i]);
        return pairs;
    }

    /// <summary>"5", "3x5" or "2x3x5".</summary>
    public static string Text(Extent numbers, int rank) => rank switch
    {
        1 => $"{numbers.W}",
        2 => $"{numbers.H}x{numbers.W}",
        _ => $"{numbers.D}x{numbers.H}x{numbers.W}",
    };

    /// <summary>As <see cref="Text"/>, but one number where all are equal.</summary>
    public static string Short(Extent numbers, int rank)
    {
        bool equal = (rank < 2 || numbers.H == numbers.W) && (rank < 3 || numbers.D == numbers.W);
        return equal ? $"{numbers.W}" : Text(numbers, rank);
    }

    /// <summary>What an operator takes: "[N, C, H, W]".</summary>
    public static string Pattern(string channels, int rank) =>
        $"[N, {channels}, {rank switch { 1 => "L", 2 => "H, W", _ => "D, H, W" }}]";

    /// <summary>What a tensor of that rank holds.</summary>
    public static string Noun(int rank) => rank switch { 1 => "sequence", 2 => "image", _ => "volume" };

    public static ArgumentOutOfRangeException Range(
        string op, string name, Extent given, int rank, string expected) =>
        new(name, $"{op}: {name} must be {expected}, got {Text(given, rank)}.");
}
