namespace ChainRule.Optim;

/// <summary>Multiplies the rate by gamma at given steps: rate = base * gamma^(milestones that t has reached).</summary>
public sealed class MultiStepLr : Schedule
{
    private readonly long[] _milestones;
    private readonly double _gamma;

    /// <summary>A schedule for an optimiser.</summary>
    /// <param name="optimizer">Whose rates are set.</param>
    /// <param name="milestones">Step numbers, 0 or more, in any order; one given twice counts twice.</param>
    /// <param name="gamma">Factor, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public MultiStepLr(Optimizer optimizer, IReadOnlyList<int> milestones, double gamma = 0.1)
        : base(optimizer)
    {
        ArgumentNullException.ThrowIfNull(milestones);
        CheckNumber(nameof(MultiStepLr), gamma);
        foreach (int m in milestones) ArgumentOutOfRangeException.ThrowIfNegative(m, nameof(milestones));
        (_milestones, _gamma) = ([.. milestones], gamma);
        Start();
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, long step) =>
        baseRate * Math.Pow(_gamma, _milestones.Count(m => m <= step));
}
