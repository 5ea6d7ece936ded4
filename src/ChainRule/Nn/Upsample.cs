using System.Globalization;
using ChainRule.Ops;

namespace ChainRule.Nn;

/// <summary>
/// Sequences, images or volumes resized by factors or to sizes; see <see cref="F.Upsample"/> and
/// <see cref="F.UpsampleTo"/>.
/// </summary>
/// <remarks>Takes <c>[N, C, ...]</c> with one to three dimensions for the dots, gives <c>[N, C, ...]</c>.</remarks>
public sealed class Upsample : Layer
{
    private readonly double[]? _scales;
    private readonly Shape _size;

    /// <summary>A layer with one factor for all dimensions.</summary>
    /// <param name="scale">Factor above 0.</param>
    /// <param name="mode">What stands between the entries.</param>
    /// <param name="alignCorners">For linear: the first and last entries keep their places.</param>
    /// <exception cref="ArgumentException">Corners are aligned without lines between them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not above 0, or there is no such mode.</exception>
    public Upsample(double scale, UpsampleMode mode = UpsampleMode.Nearest, bool alignCorners = false)
        : this([scale], mode, alignCorners)
    {
    }

    /// <summary>A layer with a factor for each of the last dimensions.</summary>
    /// <param name="scales">Factors above 0.</param>
    /// <param name="mode">What stands between the entries.</param>
    /// <param name="alignCorners">For linear: the first and last entries keep their places.</param>
    /// <exception cref="ArgumentException">Corners are aligned without lines between them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A factor is not above 0, or there is no such mode.</exception>
    public Upsample(
        ReadOnlySpan<double> scales, UpsampleMode mode = UpsampleMode.Nearest, bool alignCorners = false)
        : this(mode, alignCorners)
    {
        Resampling.CheckScales("Upsample", scales);
        _scales = scales.ToArray();
    }

    private Upsample(UpsampleMode mode, bool alignCorners, Shape size = default)
    {
        Resampling.CheckMode("Upsample", mode, alignCorners);
        (Mode, AlignCorners, _size) = (mode, alignCorners, size);
    }

    /// <summary>What stands between the entries.</summary>
    public UpsampleMode Mode { get; }

    /// <summary>Whether the first and last entries keep their places.</summary>
    public bool AlignCorners { get; }

    /// <inheritdoc/>
    public override string Summary =>
        (_scales is null ? $"Upsample to {_size}" : $"Upsample by {string.Join(" x ", _scales.Select(Text))}")
        + $", {Mode}" + (AlignCorners ? ", corners aligned" : "");

    /// <summary>A layer that gives the last dimensions these sizes.</summary>
    /// <param name="size">Their new sizes.</param>
    /// <param name="mode">What stands between the entries.</param>
    /// <param name="alignCorners">For linear: the first and last entries keep their places.</param>
    /// <returns>The layer.</returns>
    /// <exception cref="ArgumentException">Corners are aligned without lines between them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such mode.</exception>
    public static Upsample To(Shape size, UpsampleMode mode = UpsampleMode.Nearest, bool alignCorners = false) =>
        new(mode, alignCorners, size);

    /// <inheritdoc/>
    protected override Tensor ForwardCore(Tensor x) => _scales is null
        ? F.UpsampleTo(x, _size, Mode, AlignCorners)
        : F.Upsample(x, _scales, Mode, AlignCorners);

    private static string Text(double scale) => scale.ToString(CultureInfo.InvariantCulture);
}
