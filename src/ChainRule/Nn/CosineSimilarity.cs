using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Cosine of the angle between vectors: y = (x1 . x2) / max(|x1| |x2|, eps).</summary>
/// <remarks>Takes two tensors <c>[...]</c> that broadcast, gives their shape without the dimension of the
/// vectors.</remarks>
public sealed class CosineSimilarity : Module
{
    /// <summary>A module with its dimension.</summary>
    /// <param name="dim">Dimension of the vectors; negative counts from the end.</param>
    /// <param name="eps">Least divisor.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite.</exception>
    public CosineSimilarity(int dim = 1, double eps = 1e-8)
    {
        OptionCheck.NotNegative(nameof(CosineSimilarity), nameof(eps), eps);
        (Dim, Eps) = (dim, eps);
    }

    /// <summary>Dimension of the vectors.</summary>
    public int Dim { get; }

    /// <summary>Least divisor.</summary>
    public double Eps { get; }

    /// <inheritdoc/>
    public override string Summary => string.Create(CultureInfo.InvariantCulture, $"CosineSimilarity dim {Dim}")
        + (Eps == 1e-8 ? "" : string.Create(CultureInfo.InvariantCulture, $", eps {Eps}"));

    /// <summary>The cosines of two inputs.</summary>
    /// <param name="x1"><c>[...]</c>.</param>
    /// <param name="x2"><c>[...]</c> that broadcasts with x1.</param>
    /// <returns>The broadcast shape without <see cref="Dim"/>.</returns>
    public Tensor Forward(Tensor x1, Tensor x2) => F.CosineSimilarity(x1, x2, Dim, Eps);
}
