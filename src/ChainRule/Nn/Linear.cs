namespace ChainRule.Nn;

/// <summary>Affine map of the last dimension with learnt weight and bias: y = x W^T + b.</summary>
/// <remarks>
/// Takes <c>[..., inFeatures]</c>, gives <c>[..., outFeatures]</c>. Weight and bias start uniform in [-k, k) with
/// k = 1 / sqrt(inFeatures), as in PyTorch.
/// </remarks>
public sealed class Linear : Layer, IFusingLayer
{
    /// <summary>A layer with fresh weights.</summary>
    /// <param name="inFeatures">Size of the input's last dimension, 1 or more.</param>
    /// <param name="outFeatures">Size of the output's last dimension, 1 or more.</param>
    /// <param name="bias">Add a bias.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Linear(int inFeatures, int outFeatures, bool bias = true, Rng? rng = null, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inFeatures, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outFeatures, 1);
        NeedFloat(dtype);
        (InFeatures, OutFeatures) = (inFeatures, outFeatures);
        rng ??= Init.NextRng();
        double bound = 1 / Math.Sqrt(inFeatures);
        Weight = AddParameter("weight", Init.Uniform([outFeatures, inFeatures], bound, rng, dtype));
        Bias = bias ? AddParameter("bias", Init.Uniform([outFeatures], bound, rng, dtype)) : null;
    }

    /// <summary>Size of the input's last dimension.</summary>
    public int InFeatures { get; }

    /// <summary>Size of the output's last dimension.</summary>
    public int OutFeatures { get; }

    /// <summary>Weight, <c>[outFeatures, inFeatures]</c>.</summary>
    public Parameter Weight { get; }

    /// <summary>Bias, <c>[outFeatures]</c>; null without one.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override string Summary => $"Linear {InFeatures} -> {OutFeatures}{(Bias is null ? ", no bias" : "")}";

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(Shape input, Shape output) => (long)output.Count * InFeatures;

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.Linear(x, Weight, Bias);

    Tensor IFusingLayer.ForwardFused(Tensor x, FusedActivation activation) => F.Linear(x, Weight, Bias, activation);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) =>
        x.Rank == 0 || x.Shape[^1] != InFeatures ? $"[..., {InFeatures}]" : null;
}
