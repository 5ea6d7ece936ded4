namespace ChainRule.Optim;

/// <summary>What a group of parameters is updated with, common to all optimisers.</summary>
public abstract record OptimizerOptions
{
    /// <summary>Learning rate at the start, 0 or more: a <see cref="Schedule"/> takes it as its base.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Weight decay, 0 or more: see the optimiser for what it does with it.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Climbs the objective instead of descending it.</summary>
    public bool Maximize { get; init; }

    /// <summary>Momentum at the start; null for an optimiser without.</summary>
    internal virtual double? StartMomentum => null;

    /// <summary>Checks the numbers; throws where one cannot be used.</summary>
    internal virtual void Check()
    {
        ThrowIfNegative(LearningRate, nameof(LearningRate));
        ThrowIfNegative(WeightDecay, nameof(WeightDecay));
    }

    private protected static void ThrowIfNegative(double value, string name) =>
        ThrowIfNot(value >= 0 && double.IsFinite(value), name, value, "0 or more");

    private protected static void ThrowIfNot(bool good, string name, double value, string expected)
    {
        if (good) return;
        throw new ArgumentOutOfRangeException(
            name, FormattableString.Invariant($"{name} is {value}; expected {expected}."));
    }
}
