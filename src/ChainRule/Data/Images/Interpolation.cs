namespace ChainRule.Data;

/// <summary>What stands between the points of a picture.</summary>
public enum Interpolation
{
    /// <summary>The mean of the four points around a place, the nearer the more.</summary>
    Bilinear,

    /// <summary>The nearest point; of two as near the one to the right or below. Makes no new numbers.</summary>
    Nearest,
}
