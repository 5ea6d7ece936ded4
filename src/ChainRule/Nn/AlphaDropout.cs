using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>
/// Dropout for self-normalising networks: keeps mean 0 and variance 1 while learning; in evaluation mode the identity.
/// The formula stands at <see cref="F.AlphaDropout"/>.
/// </summary>
/// <remarks>
/// Takes and gives <c>[...]</c>. Has a generator of its own, kept by checkpoints. Source: Klambauer, Unterthiner, Mayr
/// and Hochreiter, "Self-normalizing neural networks" (2017), section 3.
/// </remarks>
public sealed class AlphaDropout : Layer
{
    private readonly Rng _rng;

    /// <summary>A layer with its share.</summary>
    /// <param name="p">Probability of a number to be dropped, in [0, 1).</param>
    /// <param name="rng">Generator from which the layer's own is split; see <see cref="Init"/> if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is outside [0, 1).</exception>
    public AlphaDropout(double p = 0.5, Rng? rng = null)
    {
        DropoutShare.Check("AlphaDropout", p, Math.BitDecrement(1.0));
        P = p;
        _rng = AddGenerator("rng", (rng ?? Init.NextRng()).Split());
    }

    /// <summary>Probability of a number to be dropped.</summary>
    public double P { get; }

    /// <inheritdoc/>
    public override string Summary => string.Create(CultureInfo.InvariantCulture, $"AlphaDropout {P}");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.AlphaDropout(x, P, IsTraining, _rng);
}
