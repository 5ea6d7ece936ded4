using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>
/// Group normalisation: y = (x - mean) / sqrt(var + eps) * weight + bias, with mean and biased variance of each sample
/// over a group of channels and all that lies behind them; the same in both modes.
/// </summary>
/// <remarks>
/// Takes and gives <c>[N, channels, ...]</c>. Source: Wu and He, "Group normalization" (2018), eqs. 1 to 7.
/// </remarks>
public sealed class GroupNorm : Layer
{
    /// <summary>A layer with scale 1 and shift 0.</summary>
    /// <param name="groups">Groups of channels / groups neighbours.</param>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="affine">Learn scale and shift.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels.</exception>
    public GroupNorm(
        int groups, int channels, double eps = 1e-5, bool affine = true, DType dtype = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        NeedFloat(dtype);
        OptionCheck.NotNegative(nameof(GroupNorm), nameof(eps), eps);
        if (channels % groups != 0)
        {
            throw new ArgumentException(
                $"GroupNorm: {groups} groups do not divide {channels} channels.", nameof(groups));
        }
        (Groups, Channels, Eps) = (groups, channels, eps);
        if (!affine) return;
        Weight = AddParameter("weight", Init.Ones([channels], dtype));
        Bias = AddParameter("bias", Init.Zeros([channels], dtype));
    }

    /// <summary>Groups of channels.</summary>
    public int Groups { get; }

    /// <summary>Channels of the input.</summary>
    public int Channels { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>Scale, <c>[channels]</c>; null without.</summary>
    public Parameter? Weight { get; }

    /// <summary>Shift, <c>[channels]</c>; null without.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override string Summary => $"GroupNorm {Groups} of {Channels}"
        + (Eps == 1e-5 ? "" : string.Create(CultureInfo.InvariantCulture, $", eps {Eps}"))
        + (Weight is null ? ", no scale and shift" : "");

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x)
    {
        if (Expects(x) is { } expected)
            throw new ShapeException($"GroupNorm: expects {expected}, got {x.Shape}.", x.Shape);
        return F.GroupNorm(x, Groups, Weight, Bias, Eps);
    }

    /// <inheritdoc/>
    protected internal override string? Expects(Tensor x) =>
        x.Rank < 2 || x.Shape[1] != Channels ? $"[N, {Channels}, ...]" : null;
}
