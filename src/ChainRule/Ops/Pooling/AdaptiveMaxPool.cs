using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Largest number of each cell of sequences: cell i of n along a dimension of size m holds the positions floor(i m
    /// / n) to ceil((i + 1) m / n) - 1.
    /// </summary>
    /// <param name="x"><c>[N, C, L]</c> float32 or float64.</param>
    /// <param name="outputSize">Cells along each dimension; -1 for as many as there are positions.</param>
    /// <returns><c>[N, C, outputSize]</c>.</returns>
    /// <exception cref="ShapeException">x has not three dimensions, or one of size 0 beside batch and
    /// channels.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of cells is neither -1 nor above 0.</exception>
    /// <remarks>NaN counts as largest. The first of equals gets the gradient, row by row.</remarks>
    public static Tensor AdaptiveMaxPool1d(Tensor x, int outputSize) =>
        AdaptivePooling.Maximum("AdaptiveMaxPool1d", x, Extents.Of(outputSize, 1), 1);

    /// <summary>As <see cref="AdaptiveMaxPool1d"/>, with the places of the winners.</summary>
    /// <param name="x"><c>[N, C, L]</c> float32 or float64.</param>
    /// <param name="outputSize">Cells along each dimension; -1 for as many as there are positions.</param>
    /// <returns><c>[N, C, outputSize]</c> twice: the numbers, and Int64 places l in the plane of the channel.</returns>
    /// <exception cref="ShapeException">x has not three dimensions, or one of size 0 beside batch and
    /// channels.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of cells is neither -1 nor above 0.</exception>
    public static (Tensor Output, Tensor Indices) AdaptiveMaxPool1dWithIndices(Tensor x, int outputSize) =>
        AdaptivePooling.MaximumWithIndices("AdaptiveMaxPool1d", x, Extents.Of(outputSize, 1), 1);

    /// <summary>
    /// Largest number of each cell of images: cell i of n along a dimension of size m holds the positions floor(i m /
    /// n) to ceil((i + 1) m / n) - 1.
    /// </summary>
    /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
    /// <param name="outputSize">Cells along each dimension; -1 for as many as there are pixels.</param>
    /// <returns><c>[N, C, outputSize.H, outputSize.W]</c>.</returns>
    /// <exception cref="ShapeException">x has not four dimensions, or one of size 0 beside batch and
    /// channels.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of cells is neither -1 nor above 0.</exception>
    /// <remarks>NaN counts as largest. The first of equals gets the gradient, row by row.</remarks>
    public static Tensor AdaptiveMaxPool2d(Tensor x, Size2 outputSize) =>
        AdaptivePooling.Maximum("AdaptiveMaxPool2d", x, Extents.Of(outputSize, 1), 2);

    /// <summary>As <see cref="AdaptiveMaxPool2d"/>, with the places of the winners.</summary>
    /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
    /// <param name="outputSize">Cells along each dimension; -1 for as many as there are pixels.</param>
    /// <returns><c>[N, C, outputSize.H, outputSize.W]</c> twice: the numbers, and Int64 places h * W + w in the plane
    /// of the channel.</returns>
    /// <exception cref="ShapeException">x has not four dimensions, or one of size 0 beside batch and
    /// channels.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of cells is neither -1 nor above 0.</exception>
    public static (Tensor Output, Tensor Indices) AdaptiveMaxPool2dWithIndices(Tensor x, Size2 outputSize) =>
        AdaptivePooling.MaximumWithIndices("AdaptiveMaxPool2d", x, Extents.Of(outputSize, 1), 2);

    /// <summary>
    /// Largest number of each cell of volumes: cell i of n along a dimension of size m holds the positions floor(i m /
    /// n) to ceil((i + 1) m / n) - 1.
    /// </summary>
    /// <param name="x"><c>[N, C, D, H, W]</c> float32 or float64.</param>
    /// <param name="outputSize">Cells along each dimension; -1 for as many as there are voxels.</param>
    /// <returns><c>[N, C, outputSize.D, outputSize.H, outputSize.W]</c>.</returns>
    /// <exception cref="ShapeException">x has not five dimensions, or one of size 0 beside batch and
    /// channels.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of cells is neither -1 nor above 0.</exception>
    /// <remarks>NaN counts as largest. The first of equals gets the gradient, row by row.</remarks>
    public static Tensor AdaptiveMaxPool3d(Tensor x, Size3 outputSize) =>
        AdaptivePooling.Maximum("AdaptiveMaxPool3d", x, Extents.Of(outputSize, 1), 3);

    /// <summary>As <see cref="AdaptiveMaxPool3d"/>, with the places of the winners.</summary>
    /// <param name="x"><c>[N, C, D, H, W]</c> float32 or float64.</param>
    /// <param name="outputSize">Cells along each dimension; -1 for as many as there are voxels.</param>
    /// <returns><c>[N, C, outputSize.D, outputSize.H, outputSize.W]</c> twice: the numbers, and Int64 places (d * H +
    /// h) * W + w in the plane of the channel.</returns>
    /// <exception cref="ShapeException">x has not five dimensions, or one of size 0 beside batch and
    /// channels.</exception>
    /// <exception cref="DTypeException">The type is not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of cells is neither -1 nor above 0.</exception>
    public static (Tensor Output, Tensor Indices) AdaptiveMaxPool3dWithIndices(Tensor x, Size3 outputSize) =>
        AdaptivePooling.MaximumWithIndices("AdaptiveMaxPool3d", x, Extents.Of(outputSize, 1), 3);
}
