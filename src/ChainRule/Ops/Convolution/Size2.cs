namespace ChainRule;

/// <summary>A number for the height and one for the width of an image; a single number stands for both.</summary>
/// <param name="H">For the height.</param>
/// <param name="W">For the width.</param>
public readonly record struct Size2(int H, int W)
{
    /// <summary>The same number for both.</summary>
    /// <param name="both">The number.</param>
    public static implicit operator Size2(int both) => new(both, both);

    /// <summary>Height and width, in this order: <c>stride: (2, 1)</c>.</summary>
    /// <param name="sizes">The numbers.</param>
    public static implicit operator Size2((int H, int W) sizes) => new(sizes.H, sizes.W);

    /// <summary>"5x3".</summary>
    public override string ToString() => $"{H}x{W}";
}
