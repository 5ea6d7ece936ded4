namespace ChainRule.Nn;

/// <summary>Largest of several affine maps for each output: a convex function whose pieces are learnt.</summary>
/// <remarks>
/// Takes <c>[..., inFeatures]</c>, gives <c>[..., outFeatures]</c>; weight and bias start as those of
/// <see cref="Linear"/>. Source: Goodfellow et al., "Maxout networks" (2013).
/// </remarks>
/// <torch>none</torch>
public sealed class Maxout : Layer
{
    /// <summary>A layer with fresh weights.</summary>
    /// <param name="inFeatures">Size of the input's last dimension, 1 or more.</param>
    /// <param name="outFeatures">Size of the output's last dimension, 1 or more.</param>
    /// <param name="numPieces">Maps for each output, 1 or more.</param>
    /// <param name="bias">Add a bias.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public Maxout(
        int inFeatures, int outFeatures, int numPieces = 2, bool bias = true, Rng? rng = null,
        DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inFeatures, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outFeatures, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(numPieces, 1);
        NeedFloat(dtype);
        NumPieces = numPieces;
        rng ??= Init.NextRng();
        int maps = checked(outFeatures * numPieces);
        double bound = 1 / Math.Sqrt(inFeatures);
        Weight = AddParameter("weight", Init.Uniform([maps, inFeatures], bound, rng, dtype));
        Bias = bias ? AddParameter("bias", Init.Uniform([maps], bound, rng, dtype)) : null;
    }

    /// <summary>Maps for each output.</summary>
    public int NumPieces { get; }

    /// <summary>Weight, <c>[outFeatures * numPieces, inFeatures]</c>: the maps of an output are neighbours.</summary>
    public Parameter Weight { get; }

    /// <summary>Bias, <c>[outFeatures * numPieces]</c>; null without one.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override string Summary =>
        $"Maxout {Weight.Shape[1]} -> {Weight.Shape[0] / NumPieces}, {NumPieces} pieces"
        + (Bias is null ? ", no bias" : "");

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(Shape input, Shape output) =>
        (long)output.Count * NumPieces * Weight.Shape[1];

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.Maxout(x, Weight, Bias, NumPieces);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) =>
        x.Rank == 0 || x.Shape[^1] != Weight.Shape[1] ? $"[..., {Weight.Shape[1]}]" : null;
}
