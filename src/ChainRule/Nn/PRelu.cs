using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>Rectifier with learnt slopes below 0, element by element: y = x for x > 0, else weight * x.</summary>
/// <remarks>
/// Takes and gives <c>[N, C, ...]</c>, or <c>[...]</c> with a single slope. Source: He, Zhang, Ren and Sun, "Delving
/// deep into rectifiers" (2015).
/// </remarks>
public sealed class PRelu : Layer
{
    /// <summary>A layer whose slopes are all equal at first.</summary>
    /// <param name="numParameters">How many slopes: 1, or one a channel.</param>
    /// <param name="init">The slopes at first.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numParameters"/> is below 1, or
    /// <paramref name="init"/> not finite.</exception>
    public PRelu(int numParameters = 1, double init = 0.25, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numParameters, 1);
        OptionCheck.Finite(nameof(PRelu), nameof(init), init);
        NeedFloat(dtype);
        Weight = AddParameter("weight", Tensor.Full([numParameters], init, dtype));
    }

    /// <summary>Slopes, <c>[numParameters]</c>.</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    public override string Summary => $"PRelu {Weight.Shape[0]} slope{(Weight.Shape[0] == 1 ? "" : "s")}";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.PRelu(x, Weight);

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) =>
        Weight.Shape[0] == 1 || (x.Rank >= 2 && x.Shape[1] == Weight.Shape[0]) ? null : $"[N, {Weight.Shape[0]}, ...]";
}
