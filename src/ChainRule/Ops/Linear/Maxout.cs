using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Largest of several affine maps: y[..., j] = max over p of (x W^T + b)[..., j * numPieces + p].
    /// </summary>
    /// <param name="x"><c>[..., inFeatures]</c> float32 or float64.</param>
    /// <param name="weight"><c>[outFeatures * numPieces, inFeatures]</c> same dtype: the maps of an output are
    /// neighbours.</param>
    /// <param name="bias"><c>[outFeatures * numPieces]</c> same dtype, or null for none.</param>
    /// <param name="numPieces">Maps for each output, 1 or more.</param>
    /// <returns><c>[..., outFeatures]</c> same dtype. The gradient goes to the first of the largest.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numPieces"/> is below 1.</exception>
    /// <remarks>Source: Goodfellow et al., "Maxout networks" (2013), section 3.</remarks>
    /// <torch>none</torch>
    public static Tensor Maxout(Tensor x, Tensor weight, Tensor? bias, int numPieces)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numPieces, 1);
        LinearNode.Check(x, weight, bias, "Maxout");
        if (weight.Dims[0] % numPieces != 0)
        {
            throw new ShapeException(
                $"Maxout: weight {weight.Shape} has {weight.Dims[0]} maps, no multiple of numPieces {numPieces}.",
                weight.Shape);
        }
        Tensor z = Linear(x, weight, bias);
        return z.Reshape([.. z.Dims[..^1], weight.Dims[0] / numPieces, numPieces]).Max(-1).Values;
    }
}
