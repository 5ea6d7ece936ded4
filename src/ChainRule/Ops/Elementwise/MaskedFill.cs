using ChainRule.Ops;

namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>Puts a number wherever the mask is true.</summary>
    /// <param name="mask"><c>...</c> Bool: broadcasts to this tensor.</param>
    /// <param name="value">The number, in the tensor's type.</param>
    /// <returns>Shape and dtype of this tensor. The gradient is 0 where the mask is true.</returns>
    /// <exception cref="DTypeException">The mask is not Bool.</exception>
    /// <exception cref="ShapeException">The mask does not broadcast to this tensor.</exception>
    public Tensor MaskedFill(Tensor mask, double value)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (mask.DType != DType.Bool)
            throw new DTypeException($"masked_fill: the mask must be bool, got {mask.DType.Text()}.", mask.DType);
        if (Broadcasting.ShapeOf("masked_fill", this, mask) != Shape)
            throw new ShapeException($"masked_fill: the mask {mask.Shape} does not broadcast to {Shape}.", Shape,
                mask.Shape);
        return Where(mask, Scalar(value, DType), this);
    }
}
