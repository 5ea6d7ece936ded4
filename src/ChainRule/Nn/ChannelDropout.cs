using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>
/// Dropout of whole channels: while learning, sets each channel of each sample to 0 with probability p and multiplies
/// the others by 1 / (1 - p); in evaluation mode the identity.
/// </summary>
/// <remarks>
/// Has a generator of its own, kept by checkpoints. Source: Tompson, Goroshin, Jain, LeCun and Bregler, "Efficient
/// object localization using convolutional networks" (2015), section 3.2.
/// </remarks>
public abstract class ChannelDropout : Layer
{
    private readonly Rng _rng;
    private readonly int _rank;

    private protected ChannelDropout(int rank, double p, Rng? rng)
    {
        DropoutShare.Check(Kind, p, 1);
        (_rank, P) = (rank, p);
        _rng = AddGenerator("rng", (rng ?? Init.NextRng()).Split());
    }

    /// <summary>Probability of a channel to be dropped.</summary>
    public double P { get; }

    /// <inheritdoc/>
    public sealed override string Summary => string.Create(CultureInfo.InvariantCulture, $"{Kind} {P}");

    private protected abstract string Kind { get; }

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x)
    {
        if (Expects(x) is { } expected)
            throw new ShapeException($"{Kind}: expects {expected}, got {x.Shape}.", x.Shape);
        return F.ChannelDropout(x, P, IsTraining, _rng);
    }

    /// <inheritdoc/>
    protected internal sealed override string? Expects(Tensor x) =>
        x.Rank != _rank + 2 ? Extents.Pattern("C", _rank) : null;
}

/// <summary>Dropout of whole channels of sequences; see <see cref="ChannelDropout"/>.</summary>
/// <remarks>Takes and gives <c>[N, C, L]</c>.</remarks>
public sealed class Dropout1d : ChannelDropout
{
    /// <summary>A layer with its share.</summary>
    /// <param name="p">Probability of a channel to be dropped, in [0, 1].</param>
    /// <param name="rng">Generator from which the layer's own is split; see <see cref="Init"/> if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is outside [0, 1].</exception>
    public Dropout1d(double p = 0.5, Rng? rng = null)
        : base(1, p, rng)
    {
    }

    private protected override string Kind => "Dropout1d";
}

/// <summary>Dropout of whole channels of images; see <see cref="ChannelDropout"/>.</summary>
/// <remarks>Takes and gives <c>[N, C, H, W]</c>.</remarks>
public sealed class Dropout2d : ChannelDropout
{
    /// <summary>A layer with its share.</summary>
    /// <param name="p">Probability of a channel to be dropped, in [0, 1].</param>
    /// <param name="rng">Generator from which the layer's own is split; see <see cref="Init"/> if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is outside [0, 1].</exception>
    public Dropout2d(double p = 0.5, Rng? rng = null)
        : base(2, p, rng)
    {
    }

    private protected override string Kind => "Dropout2d";
}

/// <summary>Dropout of whole channels of volumes; see <see cref="ChannelDropout"/>.</summary>
/// <remarks>Takes and gives <c>[N, C, D, H, W]</c>.</remarks>
public sealed class Dropout3d : ChannelDropout
{
    /// <summary>A layer with its share.</summary>
    /// <param name="p">Probability of a channel to be dropped, in [0, 1].</param>
    /// <param name="rng">Generator from which the layer's own is split; see <see cref="Init"/> if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is outside [0, 1].</exception>
    public Dropout3d(double p = 0.5, Rng? rng = null)
        : base(3, p, rng)
    {
    }

    private protected override string Kind => "Dropout3d";
}
