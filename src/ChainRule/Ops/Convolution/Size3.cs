namespace ChainRule;

/// <summary>A number each for depth, height and width of a volume; a single number stands for all three.</summary>
/// <param name="D">For the depth.</param>
/// <param name="H">For the height.</param>
/// <param name="W">For the width.</param>
public readonly record struct Size3(int D, int H, int W)
{
    /// <summary>The same number for all.</summary>
    /// <param name="all">The number.</param>
    public static implicit operator Size3(int all) => new(all, all, all);

    /// <summary>Depth, height and width, in this order: <c>stride: (1, 2, 2)</c>.</summary>
    /// <param name="sizes">The numbers.</param>
    public static implicit operator Size3((int D, int H, int W) sizes) => new(sizes.D, sizes.H, sizes.W);

    /// <summary>"3x5x5".</summary>
    public override string ToString() => $"{D}x{H}x{W}";
}
