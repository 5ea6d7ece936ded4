using ChainRule.Ops;

namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>Outer product of two vectors: y[i, j] = a[i] * b[j].</summary>
    /// <param name="other"><c>[M]</c>, same dtype.</param>
    /// <returns><c>[N, M]</c> for this tensor <c>[N]</c>.</returns>
    /// <exception cref="ShapeException">An operand is no vector.</exception>
    /// <exception cref="DTypeException">The types differ, or are Bool.</exception>
    public Tensor Outer(Tensor other)
    {
        CheckVectors("outer", other);
        Elementwise.CheckType("outer", DType, takesIntegers: true);
        return Reshape(Count, 1) * other;
    }

    /// <summary>Scalar product of two vectors: y = sum of a[i] * b[i].</summary>
    /// <param name="other"><c>[N]</c>, same dtype.</param>
    /// <returns><c>[]</c> for this tensor <c>[N]</c>.</returns>
    /// <exception cref="ShapeException">An operand is no vector, or the lengths differ.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    public Tensor Dot(Tensor other)
    {
        CheckVectors("dot", other);
        Elementwise.CheckType("dot", DType, takesIntegers: false);
        if (Count != other.Count)
            throw new ShapeException($"dot: lengths differ: {Shape} and {other.Shape}.", Shape, other.Shape);
        return MatMul(other);
    }

    private void CheckVectors(string op, Tensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Rank != 1 || other.Rank != 1)
            throw new ShapeException($"{op}: needs two vectors, got {Shape} and {other.Shape}.", Shape, other.Shape);
        Elementwise.CheckSameType(op, this, other);
    }
}
