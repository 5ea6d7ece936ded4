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
        return MatMul(other);
    }

    private void CheckVectors(string op, Tensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Rank == 1 && other.Rank == 1) return;
        throw new ShapeException($"{op}: needs two vectors, got {Shape} and {other.Shape}.", Shape, other.Shape);
    }
}
