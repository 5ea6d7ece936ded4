using ChainRule.Nn;

namespace ChainRule.Optim;

/// <summary>
/// One worker of elastic averaging: before every so many of its own steps it exchanges with the centre.
/// </summary>
/// <remarks>
/// With <see cref="Sgd"/> this is asynchronous EASGD, with momentum EAMSGD. Source: Zhang, Choromanska and LeCun, "Deep
/// learning with elastic averaging SGD" (2015), algorithms 1 and 2.
/// </remarks>
public sealed class ElasticWorker
{
    private readonly ElasticAveraging _center;
    private readonly Parameter[] _parameters;
    private readonly long _period;

    /// <summary>A worker.</summary>
    /// <param name="center">The centre it exchanges with.</param>
    /// <param name="optimizer">Optimiser of its own copy of the parameters.</param>
    /// <param name="period">Own steps between two exchanges, 1 or more: tau in the paper.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="period"/> is below 1.</exception>
    public ElasticWorker(ElasticAveraging center, Optimizer optimizer, long period = 1)
    {
        ArgumentNullException.ThrowIfNull(center);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        (_center, Optimizer, _period) = (center, optimizer, period);
        _parameters = [.. optimizer.Groups.SelectMany(g => g.Parameters)];
    }

    /// <summary>Optimiser of the worker's own parameters.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>Steps taken so far: the worker's clock.</summary>
    public long StepCount { get; private set; }

    /// <summary>Exchanges with the centre where it is time, then updates with the gradients that are there.</summary>
    public void Step()
    {
        if (StepCount % _period == 0) _center.Exchange(_parameters);
        Optimizer.Step();
        StepCount++;
    }
}
