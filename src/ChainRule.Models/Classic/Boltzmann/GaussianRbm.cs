using ChainRule.Nn;

namespace ChainRule.Models;

/// <summary>
/// Restricted Boltzmann machine whose visible units are numbers, normally distributed where the hidden units are known:
/// E(v, h) = sum over i of (v_i - b_i)^2 / (2 s_i^2) - c . h - sum over i, j of (v_i / s_i^2) W_ij h_j.
/// </summary>
/// <remarks>
/// Takes <c>[N, visible]</c>, gives <c>[N, hidden]</c>: p(h = 1 | v) = sigmoid(c + (v / s^2) W). Back again, v is
/// normal with mean b + h W^T and variance s^2. The variances start at 1, which suits data whose columns have mean 0
/// and variance 1, and are not learnt unless <see cref="LogVariance"/> is no longer frozen. Nothing bounds the visible
/// units, so rates are to be smaller than for binary ones. Source: Cho, Ilin and Raiko, "Improved learning of
/// Gaussian-Bernoulli restricted Boltzmann machines" (2011), eq. 5.
/// </remarks>
public sealed class GaussianRbm : Rbm
{
    /// <summary>A machine with fresh weights.</summary>
    /// <param name="visible">Number of visible units, 1 or more.</param>
    /// <param name="hidden">Number of hidden units, 1 or more.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public GaussianRbm(int visible, int hidden, Rng? rng = null, DType dtype = DType.Float32)
        : base(visible, hidden, rng, dtype)
    {
        LogVariance = AddParameter("log_variance", Init.Zeros([visible], dtype));
        LogVariance.Frozen = true;
    }

    /// <summary>ln s^2, <c>[visible]</c>; starts at 0, and frozen.</summary>
    public Parameter LogVariance { get; }

    private protected override bool EnumeratesVisible => false;

    private Tensor Precision => (-LogVariance.Value).Exp();

    private protected override Tensor VisibleEnergy(Tensor v) =>
        ((v - VisibleBias.Value).Square() * Precision).Sum(dim: 1) / 2;

    private protected override Tensor VisibleOutput(Tensor v) => v * Precision;

    private protected override Tensor VisibleMeanOf(Tensor h) => F.Linear(h, Weight, VisibleBias);

    private protected override Tensor DrawVisible(Tensor mean, GibbsNoise noise, int step) =>
        mean + (noise.Normal(step, mean) * (LogVariance.Value / 2).Exp());

    // The square in v is completed: with m = h W^T, e^-E integrates to e^(c.h) times, over the units,
    // sqrt(2 pi s^2) e^((b + m / 2) m / s^2).
    private protected override Tensor HiddenFreeEnergy(Tensor h)
    {
        Tensor m = F.Linear(h, Weight), gain = ((VisibleBias.Value + (m / 2)) * m).MatMul(Precision);
        return -h.MatMul(HiddenBias) - gain - ((LogVariance.Value + Math.Log(2 * Math.PI)).Sum() / 2);
    }
}
