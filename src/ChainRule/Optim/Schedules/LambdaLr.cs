namespace ChainRule.Optim;

/// <summary>Multiplies the base rate by a function of the step number: rate = base * factor(t).</summary>
/// <remarks><code>
/// var schedule = new LambdaLr(optimizer, t => 1 / (1 + (0.01 * t)));
/// </code></remarks>
public sealed class LambdaLr : Schedule
{
    private readonly Func<long, double> _factor;

    /// <summary>A schedule for an optimiser.</summary>
    /// <param name="optimizer">Whose rates are set.</param>
    /// <param name="factor">Multiple of the base rate, 0 or more, from the number of steps taken before. It should
    /// depend on nothing else: then training can be resumed at any step.</param>
    public LambdaLr(Optimizer optimizer, Func<long, double> factor)
        : base(optimizer)
    {
        ArgumentNullException.ThrowIfNull(factor);
        _factor = factor;
        Start();
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, long step) => baseRate * _factor(step);
}
