using System.Globalization;

namespace ChainRule.Nn;

/// <summary>
/// Local response normalisation across channels; the formula stands at <see cref="F.LocalResponseNorm"/>.
/// </summary>
/// <remarks>Takes and gives <c>[N, C, ...]</c>.</remarks>
public sealed class LocalResponseNorm : Layer
{
    /// <summary>A layer with its numbers.</summary>
    /// <param name="size">Channels of the sum.</param>
    /// <param name="alpha">Factor of the mean square.</param>
    /// <param name="beta">Exponent.</param>
    /// <param name="k">Added to it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is below 1, or another number not
    /// finite.</exception>
    public LocalResponseNorm(int size, double alpha = 1e-4, double beta = 0.75, double k = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        F.CheckResponse(nameof(LocalResponseNorm), alpha, beta, k);
        (Size, Alpha, Beta, K) = (size, alpha, beta, k);
    }

    /// <summary>Channels of the sum.</summary>
    public int Size { get; }

    /// <summary>Factor of the mean square.</summary>
    public double Alpha { get; }

    /// <summary>Exponent.</summary>
    public double Beta { get; }

    /// <summary>Added to the mean square.</summary>
    public double K { get; }

    /// <inheritdoc/>
    public override string Summary => string.Create(
        CultureInfo.InvariantCulture, $"LocalResponseNorm {Size}, alpha {Alpha}, beta {Beta}, k {K}");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.LocalResponseNorm(x, Size, Alpha, Beta, K);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) => x.Rank < 2 ? "[N, C, ...]" : null;
}
