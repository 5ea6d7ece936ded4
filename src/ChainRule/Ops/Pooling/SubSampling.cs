using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Trainable sub-sampling of LeNet-5: y[n, c, i, j] = tanh(weight[c] s + bias[c]), s being the sum of the window of
    /// x[n, c] at (i kernelH, j kernelW). Rows and columns that do not fill a window are dropped.
    /// </summary>
    /// <param name="x"><c>[N, C, H, W]</c> float32 or float64.</param>
    /// <param name="weight"><c>[C]</c> same dtype.</param>
    /// <param name="bias"><c>[C]</c> same dtype.</param>
    /// <param name="kernelSize">Height and width of a window; 2 if left out.</param>
    /// <returns><c>[N, C, floor(H / kernelH), floor(W / kernelW)]</c>.</returns>
    /// <exception cref="ShapeException">x has not four dimensions, the window is larger than the image, or weight or
    /// bias is not [C].</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The window is below 1.</exception>
    /// <remarks>
    /// Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998),
    /// section II.B.
    /// </remarks>
    /// <torch>none</torch>
    public static Tensor SubSampling2d(Tensor x, Tensor weight, Tensor bias, Size2? kernelSize = null)
    {
        const string op = "SubSampling2d";
        PoolingSizes sizes = PoolingOptions.Of(op, kernelSize ?? 2, kernelSize ?? 2).For(x, divisor: 1);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(bias);
        Tensor factor = GroupNormalization.Channelwise(op, x, nameof(weight), weight)!;
        Tensor shift = GroupNormalization.Channelwise(op, x, nameof(bias), bias)!;
        return ((AveragePooling.Forward(sizes, x) * factor) + shift).Tanh();
    }
}
