namespace ChainRule.Tests.Operators;

/// <summary>
/// Where an input's numbers come from. All numbers of a case are distinct and well apart, so that no tie decides; they
/// keep
/// away from the kinks that are named.
/// </summary>
internal sealed record Domain(double Low, double High, params double[] Kinks)
{
    public static Domain Real { get; } = new(-3, 3);

    public static Domain Positive { get; } = new(0.2, 4);

    public static Domain Unit { get; } = new(0.05, 0.95);

    /// <summary>The number at a share of the way through the domain, moved off a kink.</summary>
    public double At(double share)
    {
        double value = Low + ((High - Low) * share), margin = (High - Low) / 50;
        foreach (double kink in Kinks)
        {
            if (Math.Abs(value - kink) < margin) value = kink + (value < kink ? -margin : margin)
                + ((value - kink) * 0.5);
        }
        return value;
    }
}

/// <summary>One input of a case: its shape and where its numbers come from.</summary>
internal sealed record In(params int[] Shape)
{
    public Domain Domain { get; init; } = Domain.Real;

    /// <summary>Element type whatever type the row runs in: class numbers, masks.</summary>
    public DType? Type { get; init; }

    /// <summary>For integers and Bool of a fixed type: numbers 0, 1, ..., Bound - 1.</summary>
    public int Bound { get; init; }

    /// <summary>Numbers given one by one.</summary>
    public double[]? Given { get; init; }

    /// <summary>
    /// The numbers mean something (probabilities, targets): never replaced by NaN, infinities or repeated ones.
    /// </summary>
    public bool Fixed { get; init; }

    /// <summary>No gradient flows to it although it is of floating type.</summary>
    public bool NoGrad { get; init; }

    public static In Of(Domain domain, params int[] shape) => new(shape) { Domain = domain };

    public static In Indices(int bound, params int[] shape) =>
        new(shape) { Type = DType.Int64, Bound = bound, Fixed = true };

    public static In Mask(params int[] shape) => new(shape) { Type = DType.Bool, Bound = 2, Fixed = true };

    public static In Values(int[] shape, params double[] values) => new(shape) { Given = values };

    public override string ToString() => $"[{string.Join(", ", Shape)}]";
}
