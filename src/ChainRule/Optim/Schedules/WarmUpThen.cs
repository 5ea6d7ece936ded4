namespace ChainRule.Optim;

/// <summary>
/// Raises the rate in a straight line to the base rate, then follows another schedule from its own step 0.
/// </summary>
/// <remarks><code>
/// var schedule = new WarmUpThen(new CosineAnnealingLr(optimizer, steps: 9_500), warmUpSteps: 500);
/// </code></remarks>
/// <torch>torch.optim.lr_scheduler.SequentialLR</torch>
public sealed class WarmUpThen : Schedule
{
    private readonly Schedule _after;
    private readonly long _warmUpSteps;
    private readonly double _startFactor;

    /// <summary>
    /// A schedule for the optimiser of another schedule, which is from then on stepped by this one alone.
    /// </summary>
    /// <param name="after">What follows the warm-up.</param>
    /// <param name="warmUpSteps">Length of the warm-up, 1 or more.</param>
    /// <param name="startFactor">Multiple of the base rate at step 0, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public WarmUpThen(Schedule after, long warmUpSteps, double startFactor = 0.1)
        : base(Optimized(after))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(warmUpSteps, 1);
        CheckNumber(nameof(WarmUpThen), startFactor);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(startFactor, 1);
        (_after, _warmUpSteps, _startFactor) = (after, warmUpSteps, startFactor);
        Start();
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, long step) => step < _warmUpSteps
        ? LinearLr.Rate(baseRate, step, _startFactor, 1, _warmUpSteps)
        : _after.RateAt(baseRate, step - _warmUpSteps);

    /// <inheritdoc/>
    protected internal override double? MomentumAt(long step) => _after.MomentumAt(Math.Max(step - _warmUpSteps, 0));

    private static Optimizer Optimized(Schedule after)
    {
        ArgumentNullException.ThrowIfNull(after);
        return after.Optimizer;
    }
}
