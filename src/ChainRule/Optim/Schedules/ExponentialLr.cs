namespace ChainRule.Optim;

/// <summary>Multiplies the rate by gamma at every step: rate = base * gamma^t.</summary>
public sealed class ExponentialLr : Schedule
{
    private readonly double _gamma;

    /// <summary>A schedule for an optimiser.</summary>
    /// <param name="optimizer">Whose rates are set.</param>
    /// <param name="gamma">Factor, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gamma"/> is negative.</exception>
    public ExponentialLr(Optimizer optimizer, double gamma)
        : base(optimizer)
    {
        CheckNumber(nameof(ExponentialLr), gamma);
        _gamma = gamma;
        Start();
    }

    /// <inheritdoc/>
    protected internal override double RateAt(double baseRate, long step) => baseRate * Math.Pow(_gamma, step);
}
