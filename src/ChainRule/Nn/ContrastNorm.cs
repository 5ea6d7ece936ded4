using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>What the layers of contrast normalisation share: a Gaussian window and its border.</summary>
public abstract class ContrastNorm : Layer
{
    private protected ContrastNorm(int kernelSize, double sigma, ContrastBorder border, double? floor)
    {
        LocalContrast.Check(Kind, kernelSize, sigma, border, floor);
        (KernelSize, Sigma, Border, Floor) = (kernelSize, sigma, border, floor);
    }

    /// <summary>Height and width of the window.</summary>
    public int KernelSize { get; }

    /// <summary>Standard deviation of the Gaussian in pixels.</summary>
    public double Sigma { get; }

    /// <summary>What happens at the border.</summary>
    public ContrastBorder Border { get; }

    /// <inheritdoc/>
    public sealed override string Summary =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind} {KernelSize}x{KernelSize}, sigma {Sigma}")
        + (Border == ContrastBorder.Zero ? "" : ", renormalised border")
        + (Floor is { } f ? string.Create(CultureInfo.InvariantCulture, $", floor {f}") : "");

    private protected abstract string Kind { get; }

    private protected double? Floor { get; }

    /// <inheritdoc/>
    protected internal sealed override string? Expects(Tensor x) => x.Rank != 4 ? "[N, C, H, W]" : null;
}

/// <summary>Takes the weighted mean around it from each pixel; the formula stands at
/// <see cref="F.SubtractiveNorm"/>.</summary>
/// <remarks>Takes and gives <c>[N, C, H, W]</c>.</remarks>
/// <torch>none</torch>
public sealed class SubtractiveNorm : ContrastNorm
{
    /// <summary>A layer with its window.</summary>
    /// <param name="kernelSize">Height and width of the window, odd.</param>
    /// <param name="sigma">Standard deviation of the Gaussian in pixels, above 0.</param>
    /// <param name="border">What happens at the border.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public SubtractiveNorm(
        int kernelSize, double sigma, ContrastBorder border = ContrastBorder.Zero)
        : base(kernelSize, sigma, border, null)
    {
    }

    private protected override string Kind => "SubtractiveNorm";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.SubtractiveNorm(x, KernelSize, Sigma, Border);
}

/// <summary>Divides each pixel by the deviation around it; the formula stands at
/// <see cref="F.DivisiveNorm"/>.</summary>
/// <remarks>Takes and gives <c>[N, C, H, W]</c>.</remarks>
/// <torch>none</torch>
public sealed class DivisiveNorm : ContrastNorm
{
    /// <summary>A layer with its window.</summary>
    /// <param name="kernelSize">Height and width of the window, odd.</param>
    /// <param name="sigma">Standard deviation of the Gaussian in pixels, above 0.</param>
    /// <param name="border">What happens at the border.</param>
    /// <param name="floor">Least divisor; if left out, the mean over the sample.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public DivisiveNorm(
        int kernelSize, double sigma, ContrastBorder border = ContrastBorder.Zero, double? floor = null)
        : base(kernelSize, sigma, border, floor)
    {
    }

    private protected override string Kind => "DivisiveNorm";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.DivisiveNorm(x, KernelSize, Sigma, Border, Floor);
}

/// <summary>Takes the weighted mean around it from each pixel and divides by the deviation; the formulas stand at
/// <see cref="F.LocalContrastNorm"/>.</summary>
/// <remarks>Takes and gives <c>[N, C, H, W]</c>.</remarks>
/// <torch>none</torch>
public sealed class LocalContrastNorm : ContrastNorm
{
    /// <summary>A layer with its window.</summary>
    /// <param name="kernelSize">Height and width of the window, odd.</param>
    /// <param name="sigma">Standard deviation of the Gaussian in pixels, above 0.</param>
    /// <param name="border">What happens at the border.</param>
    /// <param name="floor">Least divisor; if left out, the mean over the sample.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LocalContrastNorm(
        int kernelSize, double sigma, ContrastBorder border = ContrastBorder.Zero, double? floor = null)
        : base(kernelSize, sigma, border, floor)
    {
    }

    private protected override string Kind => "LocalContrastNorm";

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => F.LocalContrastNorm(x, KernelSize, Sigma, Border, Floor);
}
