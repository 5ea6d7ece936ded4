using ChainRule.Ops;

namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>The k largest or smallest elements along a dimension, and where they stand. NaN counts as the largest;
    /// of equals the first are taken.</summary>
    /// <param name="k">How many, 0 to the size of the dimension.</param>
    /// <param name="dim">Dimension; negative counts from the end.</param>
    /// <param name="largest">The largest, the very largest first; otherwise the smallest, the very smallest
    /// first.</param>
    /// <param name="sorted">False leaves them in the order in which they stand.</param>
    /// <returns>Values (same dtype) and their Int64 positions, both of the shape of this tensor with k along
    /// <paramref name="dim"/>. Gradients go back to where the values came from.</returns>
    /// <exception cref="ShapeException">There is no such dimension, or its size is below k.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is negative.</exception>
    /// <remarks>The same bits for any number of threads. Cost: one look at most elements where k is small.</remarks>
    public (Tensor Values, Tensor Indices) TopK(int k, int dim = -1, bool largest = true, bool sorted = true) =>
        Ordering.Apply("topk", this, dim, k, largest, byPlace: !sorted);
}
