namespace ChainRule.Nn;

/// <summary>Adds to each position of a sequence a learnt vector: y[n, t] = x[n, t] + weight[t].</summary>
/// <remarks>
/// Takes and gives <c>[N, T, features]</c>. The vectors start normal with standard deviation 0.02, as in Devlin et al.,
/// "BERT" (2019).
/// </remarks>
/// <torch>none</torch>
public sealed class LearnedPositions : Layer
{
    /// <summary>A layer for sequences up to a length.</summary>
    /// <param name="features">Features of the sequence, 1 or more.</param>
    /// <param name="maxLength">Longest sequence, 1 or more.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public LearnedPositions(int features, int maxLength, Rng? rng = null, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        NeedFloat(dtype);
        (Features, MaxLength) = (features, maxLength);
        Weight = AddParameter("weight", Init.Normal([maxLength, features], 0.02, rng, dtype: dtype));
    }

    /// <summary>Features of the sequence.</summary>
    public int Features { get; }

    /// <summary>Longest sequence.</summary>
    public int MaxLength { get; }

    /// <summary>The vectors, <c>[maxLength, features]</c>.</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    public override string Summary => $"LearnedPositions {Features}, up to {MaxLength}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => Positions.Add(nameof(LearnedPositions), x, Weight);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) => Positions.Expects(x, Weight);
}
