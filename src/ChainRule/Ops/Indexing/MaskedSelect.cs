using ChainRule.Ops;

namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>The elements where the mask is true, in row-major order.</summary>
    /// <param name="mask"><c>...</c> Bool: broadcasts with this tensor.</param>
    /// <returns><c>[number of true entries]</c>, same dtype.</returns>
    /// <exception cref="DTypeException">The mask is not Bool.</exception>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public Tensor MaskedSelect(Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (mask.DType != DType.Bool)
            throw new DTypeException($"masked_select: the mask must be bool, got {mask.DType.Text()}.", mask.DType);
        Shape shape = Broadcasting.ShapeOf("masked_select", this, mask, "x", "mask");
        Tensor places = TruePlaces.Of(mask.ExpandView(shape)), all = Expand(shape);
        return IndexSelectNode.Apply(all.Reshape(all.Count), places, 0);
    }
}
