using ChainRule.Ops;

namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>Gated linear unit: the first half along a dimension times the logistic function of the second half,
    /// y = u * sigmoid(v).</summary>
    /// <param name="dim">Dimension of even size that is halved; negative counts from the end.</param>
    /// <returns>Half the size along <paramref name="dim"/>, same dtype.</returns>
    /// <exception cref="ShapeException">There is no such dimension, or its size is odd.</exception>
    /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
    /// <remarks>Source: Dauphin, Fan, Auli and Grangier, "Language modeling with gated convolutional networks" (2017),
    /// eq. 1.</remarks>
    public Tensor Glu(int dim = -1)
    {
        Elementwise.CheckType("glu", DType, takesIntegers: false);
        int at = Shape.ResolveOwnDim(dim, "glu"), half = Dims[at] / 2;
        if (Dims[at] % 2 != 0)
        {
            throw new ShapeException(
                $"glu: dim {at} of {Shape} has size {Dims[at]}, which does not make two halves.", Shape);
        }
        return Slice(at, 0, half) * Slice(at, half).Sigmoid();
    }
}
