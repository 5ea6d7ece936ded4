using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>
/// Layer normalisation: y = (x - mean) / sqrt(var + eps) * weight + bias, with mean and biased variance of each run of
/// the last dimensions; the same in both modes.
/// </summary>
/// <remarks>
/// Takes and gives <c>[..., normalizedShape]</c>. Source: Ba, Kiros and Hinton, "Layer normalization" (2016), eq. 4.
/// </remarks>
public sealed class LayerNorm : Layer
{
    /// <summary>A layer with scale 1 and shift 0.</summary>
    /// <param name="normalizedShape">Sizes of the last dimensions, over which is normalised; each 1 or more.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="affine">Learn scale and shift.</param>
    /// <param name="bias">Learn a shift, where <paramref name="affine"/>.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ShapeException">There is no size, or one is 0.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="eps"/> is negative or not finite.</exception>
    public LayerNorm(
        Shape normalizedShape, double eps = 1e-5, bool affine = true, bool bias = true, DType dtype = DType.Float32)
    {
        NeedFloat(dtype);
        if (normalizedShape.Rank == 0 || normalizedShape.Count == 0)
        {
            throw new ShapeException(
                $"LayerNorm: normalizedShape must have sizes of 1 or more, got {normalizedShape}.", normalizedShape);
        }
        OptionCheck.NotNegative(nameof(LayerNorm), nameof(eps), eps);
        (NormalizedShape, Eps) = (normalizedShape, eps);
        if (!affine) return;
        Weight = AddParameter("weight", Init.Ones(normalizedShape, dtype));
        Bias = bias ? AddParameter("bias", Init.Zeros(normalizedShape, dtype)) : null;
    }

    /// <summary>A layer over the last dimension, with scale 1 and shift 0.</summary>
    /// <param name="features">Size of the last dimension, 1 or more.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="affine">Learn scale and shift.</param>
    /// <param name="bias">Learn a shift, where <paramref name="affine"/>.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="features"/> is below 1, or
    /// <paramref name="eps"/> is negative or not finite.</exception>
    public LayerNorm(
        int features, double eps = 1e-5, bool affine = true, bool bias = true, DType dtype = DType.Float32)
        : this(Of(features), eps, affine, bias, dtype)
    {
    }

    /// <summary>Sizes of the last dimensions, over which is normalised.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>Scale, <c>normalizedShape</c>; null without.</summary>
    public Parameter? Weight { get; }

    /// <summary>Shift, <c>normalizedShape</c>; null without.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override string Summary => $"LayerNorm {Sizes(" x ")}"
        + (Eps == 1e-5 ? "" : string.Create(CultureInfo.InvariantCulture, $", eps {Eps}"))
        + (Weight is null ? ", no scale and shift" : Bias is null ? ", no shift" : "");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.LayerNorm(x, NormalizedShape, Weight, Bias, Eps);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) =>
        x.Rank < NormalizedShape.Rank || !x.Dims[^NormalizedShape.Rank..].SequenceEqual(NormalizedShape.Dims)
            ? $"[..., {Sizes(", ")}]"
            : null;

    private string Sizes(string between) => string.Join(
        between, NormalizedShape.Dims.ToArray().Select(d => d.ToString(CultureInfo.InvariantCulture)));

    private static Shape Of(int features)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        return [features];
    }
}
