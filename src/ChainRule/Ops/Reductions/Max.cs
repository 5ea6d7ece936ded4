using ChainRule.Ops;

namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>The largest element of all elements; NaN if any is. Equal ones share the gradient.</summary>
    /// <returns><c>[]</c>, same dtype.</returns>
    /// <exception cref="ShapeException">The tensor is empty.</exception>
    /// <exception cref="DTypeException">The elements are Bool.</exception>
    public Tensor Max() => Extremum.Over<TakeLargest>("max", this, [], keepDim: false);

    /// <summary>The largest element along a dimension, and where it stands first. NaN counts as the largest.</summary>
    /// <param name="dim">Dimension; negative counts from the end.</param>
    /// <param name="keepDim">Keep the dimension with size 1.</param>
    /// <returns>Values (same dtype) and their Int64 positions, both of the shape without <paramref name="dim"/>. The
    /// gradient goes to the element at the position.</returns>
    /// <exception cref="ShapeException">There is no such dimension, or its size is 0.</exception>
    /// <exception cref="DTypeException">The elements are Bool.</exception>
    public (Tensor Values, Tensor Indices) Max(int dim, bool keepDim = false) =>
        Extremum.Along<TakeLargest>("max", this, dim, keepDim);

    /// <summary>The largest element along one dimension. Equal ones share the gradient.</summary>
    /// <param name="dim">Dimension; negative counts from the end.</param>
    /// <param name="keepDim">Keep the dimension with size 1.</param>
    /// <returns>The shape without <paramref name="dim"/>, same dtype; NaN where any element is NaN.</returns>
    /// <exception cref="ShapeException">There is no such dimension, or its size is 0.</exception>
    /// <exception cref="DTypeException">The elements are Bool.</exception>
    public Tensor Amax(int dim, bool keepDim = false) => Amax([dim], keepDim);

    /// <summary>The largest element along several dimensions. Equal ones share the gradient.</summary>
    /// <param name="dims">Dimensions, negative from the end; empty for all.</param>
    /// <param name="keepDim">Keep the dimensions with size 1.</param>
    /// <returns>The shape without <paramref name="dims"/>, same dtype; NaN where any element is NaN.</returns>
    /// <exception cref="ShapeException">There is no such dimension, one is named twice, or there are no
    /// elements.</exception>
    /// <exception cref="DTypeException">The elements are Bool.</exception>
    public Tensor Amax(ReadOnlySpan<int> dims, bool keepDim = false) =>
        Extremum.Over<TakeLargest>("amax", this, dims, keepDim);

    /// <summary>Position of the largest element among all elements in row-major order, the first where it stands
    /// several times.</summary>
    /// <returns><c>[]</c> Int64. NaN counts as the largest. No gradient.</returns>
    /// <exception cref="ShapeException">The tensor is empty.</exception>
    /// <exception cref="DTypeException">The elements are Bool.</exception>
    public Tensor ArgMax() => Extremum.Place<TakeLargest>("argmax", this, null, keepDim: false);

    /// <summary>Position of the largest element along a dimension, the first where it stands several times.</summary>
    /// <param name="dim">Dimension; negative counts from the end.</param>
    /// <param name="keepDim">Keep the dimension with size 1.</param>
    /// <returns>The shape without <paramref name="dim"/>, Int64. NaN counts as the largest. No gradient.</returns>
    /// <exception cref="ShapeException">There is no such dimension, or its size is 0.</exception>
    /// <exception cref="DTypeException">The elements are Bool.</exception>
    public Tensor ArgMax(int dim, bool keepDim = false) => Extremum.Place<TakeLargest>("argmax", this, dim, keepDim);
}
