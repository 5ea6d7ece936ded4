using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>Cosine of the angle between vectors: y = (x1 . x2) / max(|x1| |x2|, eps).</summary>
    /// <param name="x1"><c>...</c> float32 or float64: vectors along <paramref name="dim"/>.</param>
    /// <param name="x2"><c>...</c> same dtype: broadcasts with x1.</param>
    /// <param name="dim">Dimension of the vectors, after broadcasting; negative counts from the end.</param>
    /// <param name="eps">Least divisor.</param>
    /// <returns>The broadcast shape without <paramref name="dim"/>, same dtype; in [-1, 1].</returns>
    /// <exception cref="ShapeException">The shapes do not broadcast, or there is no such dimension.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite.</exception>
    public static Tensor CosineSimilarity(Tensor x1, Tensor x2, int dim = 1, double eps = 1e-8)
    {
        ArgumentNullException.ThrowIfNull(x1);
        ArgumentNullException.ThrowIfNull(x2);
        Elementwise.CheckType("CosineSimilarity", x1.DType, takesIntegers: false);
        if (x1.DType != x2.DType)
        {
            throw new DTypeException(
                $"CosineSimilarity: x1 is {x1.DType.Text()}, x2 {x2.DType.Text()}; both must be equal.",
                x1.DType, x2.DType);
        }
        OptionCheck.NotNegative("CosineSimilarity", nameof(eps), eps);
        Shape shape = Broadcasting.ShapeOf("CosineSimilarity", x1, x2, "x1", "x2");
        int at = shape.ResolveDim(dim, "CosineSimilarity");
        Tensor a = x1.Shape == shape ? x1 : x1.Expand(shape), b = x2.Shape == shape ? x2 : x2.Expand(shape);
        Tensor lengths = Roots.Of(a.Square().Sum(at), 2) * Roots.Of(b.Square().Sum(at), 2);
        return (a * b).Sum(at) / lengths.Clamp(min: eps);
    }
}
