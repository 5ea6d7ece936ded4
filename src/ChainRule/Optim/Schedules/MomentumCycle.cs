namespace ChainRule.Optim;

/// <summary>Range that a schedule moves the momentum through, against the rate: low where the rate is high.</summary>
/// <param name="Low">Momentum at the highest rate, in [0, 1).</param>
/// <param name="High">Momentum at the lowest rate, in [0, 1).</param>
public readonly record struct MomentumCycle(double Low, double High)
{
    // Momentum is one number of the options of Sgd and RmsProp and the first rate of decay in Adam's family.
    internal void Check(Optimizer optimizer, string schedule)
    {
        if (!(Low is >= 0 and < 1 && High is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException("momentum", FormattableString.Invariant(
                $"{schedule}: momentum is {Low} to {High}; expected 0 or more and below 1."));
        }
        if (optimizer.Groups.All(g => g.HasMomentum)) return;
        throw new ArgumentException($"{schedule}: {optimizer.GetType().Name} has no momentum to cycle.", "momentum");
    }
}
