namespace ChainRule.Nn;

/// <summary>
/// Bilinear forms of two inputs: y[..., k] = sum over i, j of x1[..., i] weight[k, i, j] x2[..., j] + bias[k].
/// </summary>
/// <remarks>
/// Takes <c>[..., in1Features]</c> and <c>[..., in2Features]</c>, gives <c>[..., outFeatures]</c>. Weight and bias
/// start uniform in [-k, k) with k = 1 / sqrt(in1Features), as in PyTorch.
/// </remarks>
public sealed class Bilinear : Module
{
    /// <summary>Fresh forms.</summary>
    /// <param name="in1Features">Length of the first input's vectors.</param>
    /// <param name="in2Features">Length of the second input's vectors.</param>
    /// <param name="outFeatures">How many forms there are.</param>
    /// <param name="bias">Add a bias.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public Bilinear(
        int in1Features, int in2Features, int outFeatures, bool bias = true, Rng? rng = null,
        DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(in1Features, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(in2Features, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outFeatures, 1);
        NeedFloat(dtype);
        rng ??= Init.NextRng();
        double bound = 1 / Math.Sqrt(in1Features);
        Weight = AddParameter("weight", Init.Uniform([outFeatures, in1Features, in2Features], bound, rng, dtype));
        Bias = bias ? AddParameter("bias", Init.Uniform([outFeatures], bound, rng, dtype)) : null;
    }

    /// <summary>The forms, <c>[outFeatures, in1Features, in2Features]</c>.</summary>
    public Parameter Weight { get; }

    /// <summary>Bias, <c>[outFeatures]</c>; null without one.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override string Summary => $"Bilinear {Weight.Shape[1]}, {Weight.Shape[2]} -> {Weight.Shape[0]}"
        + (Bias is null ? ", no bias" : "");

    /// <summary>The forms of two inputs.</summary>
    /// <param name="x1"><c>[..., in1Features]</c>.</param>
    /// <param name="x2"><c>[..., in2Features]</c> with the same leading sizes.</param>
    /// <returns><c>[..., outFeatures]</c>.</returns>
    public Tensor Forward(Tensor x1, Tensor x2)
    {
        Tensor y = F.Bilinear(x1, x2, Weight, Bias);
        ForwardTrace.Current?.Note(this, x1, y);
        return y;
    }

    // Each pair of inputs times its weight: the products of the pairs are shared by all outputs and not counted.
    /// <inheritdoc/>
    protected internal override long MultiplyAdds(Shape input, Shape output) =>
        (long)output.Count * Weight.Shape[1] * Weight.Shape[2];
}
