using ChainRule.Ops;

namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>Upper triangle of matrices: elements with column - row >= diagonal, zeros elsewhere.</summary>
    /// <param name="diagonal">The first diagonal kept: 0 the main one, above 0 to its right.</param>
    /// <returns>Shape and dtype of this tensor, <c>[..., M, N]</c>.</returns>
    /// <exception cref="ShapeException">The tensor has fewer than two dimensions.</exception>
    public Tensor Triu(int diagonal = 0) => TriangleNode.Apply("triu", this, diagonal, lower: false);
}
