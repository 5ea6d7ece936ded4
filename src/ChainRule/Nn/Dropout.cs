using System.Globalization;

namespace ChainRule.Nn;

/// <summary>
/// While learning, sets each number to 0 with probability p and multiplies the others by 1 / (1 - p), so that the mean
/// stays; in evaluation mode the identity.
/// </summary>
/// <remarks>
/// Takes and gives <c>[...]</c>. Has a generator of its own, kept by checkpoints (see <see cref="Module.Generators"/>).
/// Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: a simple way to prevent neural
/// networks from overfitting" (2014).
/// </remarks>
public sealed class Dropout : Layer
{
    private readonly Rng _rng;

    /// <summary>A layer with its share.</summary>
    /// <param name="p">Probability of a number to be dropped, in [0, 1].</param>
    /// <param name="rng">Generator from which the layer's own is split; see <see cref="Init"/> if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is outside [0, 1].</exception>
    public Dropout(double p = 0.5, Rng? rng = null)
    {
        if (!(p >= 0 && p <= 1))
        {
            string given = p.ToString(CultureInfo.InvariantCulture);
            throw new ArgumentOutOfRangeException(nameof(p), $"Dropout: p must be in [0, 1], got {given}.");
        }
        P = p;
        _rng = AddGenerator("rng", (rng ?? Init.NextRng()).Split());
    }

    /// <summary>Probability of a number to be dropped.</summary>
    public double P { get; }

    /// <inheritdoc/>
    public override string Summary => string.Create(CultureInfo.InvariantCulture, $"Dropout {P}");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.Dropout(x, P, IsTraining, _rng);
}
