using ChainRule.IO;

namespace ChainRule.Training;

/// <summary>A figure gathered over a whole set, batch by batch.</summary>
public abstract class Metric : IStateful
{
    /// <summary>Short name in lower case, as it stands in results: "accuracy".</summary>
    public abstract string Name { get; }

    /// <summary>Whether a larger value is a better one.</summary>
    public abstract bool HigherIsBetter { get; }

    /// <summary>The figure over everything since <see cref="Reset"/>; NaN while nothing was seen.</summary>
    public abstract double Value { get; }

    /// <summary>Forgets what was seen.</summary>
    public abstract void Reset();

    /// <summary>Takes a batch in.</summary>
    /// <param name="output"><c>[N, ...]</c> what the model gave.</param>
    /// <param name="target"><c>[N, ...]</c> what it should have given.</param>
    /// <exception cref="ShapeException">The shapes do not fit this metric.</exception>
    public abstract void Add(Tensor output, Tensor target);

    /// <inheritdoc/>
    public abstract void SaveState(StateWriter state);

    /// <inheritdoc/>
    public abstract void LoadState(StateReader state);
}
