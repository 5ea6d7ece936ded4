using ChainRule.Ops;

namespace ChainRule;

public static partial class F
{
    /// <summary>
    /// Bilinear form for each output: y[..., k] = sum over i, j of x1[..., i] W[k, i, j] x2[..., j] + b[k].
    /// </summary>
    /// <param name="x1"><c>[..., in1]</c> float32 or float64.</param>
    /// <param name="x2"><c>[..., in2]</c> same dtype and leading sizes.</param>
    /// <param name="weight"><c>[outFeatures, in1, in2]</c> same dtype.</param>
    /// <param name="bias"><c>[outFeatures]</c> same dtype, or null for none.</param>
    /// <returns><c>[..., outFeatures]</c> same dtype.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    /// <exception cref="DTypeException">The types differ, or are not float32 or float64.</exception>
    public static Tensor Bilinear(Tensor x1, Tensor x2, Tensor weight, Tensor? bias = null)
    {
        ArgumentNullException.ThrowIfNull(x1);
        ArgumentNullException.ThrowIfNull(x2);
        ArgumentNullException.ThrowIfNull(weight);
        Elementwise.CheckType("Bilinear", x1.DType, takesIntegers: false);
        if (weight.Rank != 3)
        {
            throw new ShapeException(
                $"Bilinear: weight must be [outFeatures, in1, in2], got {weight.Shape}.", weight.Shape);
        }
        (int outputs, int in1, int in2) = weight.Shape;
        if (x1.Rank == 0 || x2.Rank != x1.Rank || x1.Shape[^1] != in1 || x2.Shape[^1] != in2
            || !x1.Dims[..^1].SequenceEqual(x2.Dims[..^1]))
        {
            throw new ShapeException(
                $"Bilinear: expects [..., {in1}] and [..., {in2}] of equal leading sizes, got {x1.Shape} and "
                + $"{x2.Shape}.", x1.Shape, x2.Shape);
        }
        if (bias is not null && bias.Shape != [outputs])
            throw new ShapeException($"Bilinear: bias must be [{outputs}], got {bias.Shape}.", bias.Shape);
        if (x2.DType != x1.DType || weight.DType != x1.DType || (bias is not null && bias.DType != x1.DType))
        {
            throw new DTypeException(
                $"Bilinear: x1 is {x1.DType.Text()}, x2 {x2.DType.Text()}, weight {weight.DType.Text()}"
                + $"{(bias is null ? "" : ", bias " + bias.DType.Text())}; all must be equal.",
                x1.DType, weight.DType);
        }
        int rows = 1;
        foreach (int size in x1.Dims[..^1]) rows *= size;
        Tensor left = x1.Reshape(rows, in1), right = x2.Reshape(rows, in2, 1);
        Tensor forms = weight.Permute(1, 0, 2).Reshape(in1, outputs * in2); // x1 W: [rows, out, in2]
        Tensor y = left.MatMul(forms).Reshape(rows, outputs, in2).MatMul(right).Reshape(rows, outputs);
        if (bias is not null) y = y + bias;
        return y.Reshape([.. x1.Dims[..^1], outputs]);
    }
}
