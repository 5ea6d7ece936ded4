namespace ChainRule.Optim;

/// <summary>What <see cref="Adam"/> and its relatives have in common.</summary>
public abstract record MomentOptions : OptimizerOptions
{
    /// <summary>Decay rate of the average of gradients, in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay rate of the average of squared gradients, in [0, 1).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the denominator, 0 or more.</summary>
    public double Epsilon { get; init; } = 1e-8;

    internal override double? StartMomentum => Beta1;

    internal override void Check()
    {
        base.Check();
        ThrowIfNot(Beta1 is >= 0 and < 1, nameof(Beta1), Beta1, "0 or more and below 1");
        ThrowIfNot(Beta2 is >= 0 and < 1, nameof(Beta2), Beta2, "0 or more and below 1");
        ThrowIfNegative(Epsilon, nameof(Epsilon));
    }
}
