namespace ChainRule.Data;

/// <summary>
/// Turns, shears, scales and shifts each picture by random amounts, in one resampling.
/// </summary>
/// <remarks>
/// The amounts are uniform in their ranges, the shifts in both directions of their own. A picture is turned, sheared
/// and scaled about its centre.
/// </remarks>
public sealed class RandomAffine : ImageTransform
{
    /// <summary>A change with these ranges; what is left out does not change.</summary>
    /// <param name="degrees">Largest angle to either side, 0 or more.</param>
    /// <param name="shift">Largest shift in each direction as a share of the picture's size, 0 or more.</param>
    /// <param name="minScale">Smallest factor of the size, above 0.</param>
    /// <param name="maxScale">Largest factor of the size, no smaller.</param>
    /// <param name="shear">Largest angle in degrees by which upright lines lean to either side, from 0 to below
    /// 90.</param>
    /// <param name="fill">What comes in from beyond the edge, as the picture's numbers.</param>
    /// <param name="interpolation">What stands between the points.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not in its range.</exception>
    public RandomAffine(
        double degrees = 0, double shift = 0, double minScale = 1, double maxScale = 1, double shear = 0,
        float fill = 0, Interpolation interpolation = Interpolation.Bilinear)
    {
        Amount.Check("RandomAffine", nameof(degrees), degrees);
        Amount.Check("RandomAffine", nameof(shift), shift);
        Amount.Check("RandomAffine", nameof(shear), shear, 90);
        Amount.Check("RandomAffine", interpolation);
        if (!(minScale > 0 && maxScale >= minScale && double.IsFinite(maxScale)))
        {
            string name = minScale > 0 && double.IsFinite(minScale) ? nameof(maxScale) : nameof(minScale);
            throw new ArgumentOutOfRangeException(name, FormattableString.Invariant(
                $"RandomAffine: scale is from {minScale} to {maxScale}; expected numbers above 0, the smaller first."));
        }
        (Degrees, Shift, MinScale, MaxScale, Shear) = (degrees, shift, minScale, maxScale, shear);
        (Fill, Interpolation) = (fill, interpolation);
    }

    /// <summary>Largest angle to either side.</summary>
    public double Degrees { get; }

    /// <summary>Largest shift in each direction, as a share of the picture's size.</summary>
    public double Shift { get; }

    /// <summary>Smallest factor of the size.</summary>
    public double MinScale { get; }

    /// <summary>Largest factor of the size.</summary>
    public double MaxScale { get; }

    /// <summary>Largest angle in degrees by which upright lines lean to either side.</summary>
    public double Shear { get; }

    /// <summary>What comes in from beyond the edge.</summary>
    public float Fill { get; }

    /// <summary>What stands between the points.</summary>
    public Interpolation Interpolation { get; }

    /// <inheritdoc/>
    protected override void Apply(ReadOnlySpan<float> from, Span<float> to, ImageSize size, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        double angle = Amount.Around(rng, Degrees) * Math.PI / 180, lean = Amount.Around(rng, Shear) * Math.PI / 180;
        double scale = MinScale + ((MaxScale - MinScale) * rng.NextDouble());
        AffineMap map = AffineMap.ToSource(
            size, angle, lean, scale, Amount.Around(rng, Shift) * size.Width, Amount.Around(rng, Shift) * size.Height);
        Resampling.Affine(from, to, size, in map, new Sampling(Interpolation, Fill));
    }
}
