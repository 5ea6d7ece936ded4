namespace ChainRule.Models;

/// <summary>
/// Restricted Boltzmann machine whose visible units are 0 or 1: E(v, h) = -b . v - c . h - v^T W h.
/// </summary>
/// <remarks>
/// Takes <c>[N, visible]</c>, gives <c>[N, hidden]</c>: p(h = 1 | v) = sigmoid(c + v W). Back again, p(v = 1 | h) =
/// sigmoid(b + h W^T), and F(v) = -b . v - sum over j of ln(1 + e^(c + v W)_j). Data between 0 and 1, such as grey
/// pixels, count as probabilities.
/// </remarks>
public sealed class BinaryRbm : Rbm
{
    /// <summary>A machine with fresh weights.</summary>
    /// <param name="visible">Number of visible units, 1 or more.</param>
    /// <param name="hidden">Number of hidden units, 1 or more.</param>
    /// <param name="rng">Generator of the start values; see <see cref="Nn.Init"/> if left out.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public BinaryRbm(int visible, int hidden, Rng? rng = null, DType dtype = DType.Float32)
        : base(visible, hidden, rng, dtype)
    {
    }

    private protected override bool EnumeratesVisible => true;

    private protected override Tensor VisibleEnergy(Tensor v) => -v.MatMul(VisibleBias);

    private protected override Tensor VisibleMeanOf(Tensor h) => F.Linear(h, Weight, VisibleBias).Sigmoid();

    private protected override Tensor DrawVisible(Tensor mean, GibbsNoise noise, int step) => noise.Visible(step, mean);

    // The sides of the energy are alike.
    private protected override Tensor HiddenFreeEnergy(Tensor h) => -h.MatMul(HiddenBias)
        - F.Linear(h, Weight, VisibleBias).Softplus(threshold: double.PositiveInfinity).Sum(dim: 1);
}
