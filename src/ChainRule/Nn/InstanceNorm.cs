using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>
/// Instance normalisation: y = (x - mean) / sqrt(var + eps) * weight + bias, with mean and biased variance of each
/// channel of each sample; the same in both modes.
/// </summary>
/// <remarks>
/// Source: Ulyanov, Vedaldi and Lempitsky, "Instance normalization: the missing ingredient for fast stylization"
/// (2016), eq. 4. Differs from PyTorch: D34 (there are no running statistics).
/// </remarks>
public abstract class InstanceNorm : Layer
{
    private readonly int _rank;

    private protected InstanceNorm(int rank, int channels, double eps, bool affine, DType dtype)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        NeedFloat(dtype);
        OptionCheck.NotNegative(Kind, nameof(eps), eps);
        (_rank, Channels, Eps) = (rank, channels, eps);
        if (!affine) return;
        Weight = AddParameter("weight", Init.Ones([channels], dtype));
        Bias = AddParameter("bias", Init.Zeros([channels], dtype));
    }

    /// <summary>Channels of the input.</summary>
    public int Channels { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>Scale, <c>[channels]</c>; null without.</summary>
    public Parameter? Weight { get; }

    /// <summary>Shift, <c>[channels]</c>; null without.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public sealed override string Summary => $"{Kind} {Channels}"
        + (Eps == 1e-5 ? "" : string.Create(CultureInfo.InvariantCulture, $", eps {Eps}"))
        + (Weight is null ? "" : ", scale and shift");

    private protected abstract string Kind { get; }

    /// <inheritdoc/>
    protected sealed override Tensor ForwardCore(Tensor x)
    {
        if (Expects(x) is { } expected)
            throw new ShapeException($"{Kind}: expects {expected}, got {x.Shape}.", x.Shape);
        return F.InstanceNorm(x, Weight, Bias, Eps);
    }

    /// <inheritdoc/>
    protected internal sealed override string? Expects(Tensor x) =>
        x.Rank != _rank + 2 || x.Shape[1] != Channels ? Extents.Pattern($"{Channels}", _rank) : null;
}

/// <summary>Instance normalisation of sequences; see <see cref="InstanceNorm"/>.</summary>
/// <remarks>Takes and gives <c>[N, channels, L]</c>.</remarks>
public sealed class InstanceNorm1d : InstanceNorm
{
    /// <summary>A layer without parameters, or with scale 1 and shift 0.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="affine">Learn scale and shift.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public InstanceNorm1d(int channels, double eps = 1e-5, bool affine = false, DType dtype = DType.Float32)
        : base(1, channels, eps, affine, dtype)
    {
    }

    private protected override string Kind => "InstanceNorm1d";
}

/// <summary>Instance normalisation of images; see <see cref="InstanceNorm"/>.</summary>
/// <remarks>Takes and gives <c>[N, channels, H, W]</c>.</remarks>
public sealed class InstanceNorm2d : InstanceNorm
{
    /// <summary>A layer without parameters, or with scale 1 and shift 0.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="affine">Learn scale and shift.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public InstanceNorm2d(int channels, double eps = 1e-5, bool affine = false, DType dtype = DType.Float32)
        : base(2, channels, eps, affine, dtype)
    {
    }

    private protected override string Kind => "InstanceNorm2d";
}

/// <summary>Instance normalisation of volumes; see <see cref="InstanceNorm"/>.</summary>
/// <remarks>Takes and gives <c>[N, channels, D, H, W]</c>.</remarks>
public sealed class InstanceNorm3d : InstanceNorm
{
    /// <summary>A layer without parameters, or with scale 1 and shift 0.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="affine">Learn scale and shift.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public InstanceNorm3d(int channels, double eps = 1e-5, bool affine = false, DType dtype = DType.Float32)
        : base(3, channels, eps, affine, dtype)
    {
    }

    private protected override string Kind => "InstanceNorm3d";
}
