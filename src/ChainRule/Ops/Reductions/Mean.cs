namespace ChainRule;

public sealed partial class Tensor
{
    /// <summary>Mean of all elements.</summary>
    /// <returns><c>[]</c>, same dtype; NaN for an empty tensor.</returns>
    /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
    public Tensor Mean() => Mean([], keepDim: false);

    /// <summary>Mean along one dimension.</summary>
    /// <param name="dim">Dimension; negative counts from the end.</param>
    /// <param name="keepDim">Keep the dimension with size 1.</param>
    /// <returns>The shape without <paramref name="dim"/>, same dtype.</returns>
    /// <exception cref="ShapeException">There is no such dimension.</exception>
    /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
    public Tensor Mean(int dim, bool keepDim = false) => Mean([dim], keepDim);

    /// <summary>Mean along several dimensions.</summary>
    /// <param name="dims">Dimensions, negative from the end; empty for all.</param>
    /// <param name="keepDim">Keep the dimensions with size 1.</param>
    /// <returns>The shape without <paramref name="dims"/>, same dtype.</returns>
    /// <exception cref="ShapeException">There is no such dimension, or one is named twice.</exception>
    /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
    public Tensor Mean(ReadOnlySpan<int> dims, bool keepDim = false)
    {
        Ops.Elementwise.CheckType("mean", DType, takesIntegers: false);
        Ops.ReductionPlan plan = Ops.ReductionPlan.For("mean", this, dims);
        return Sum(dims, keepDim) / plan.Reduced;
    }
}
